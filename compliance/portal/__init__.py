"""The portal's pages about calls: complaining of one, following the complaint, who called and who asked."""
