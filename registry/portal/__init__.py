"""The portal of people with a phone number: `urls.py` lists its pages, `page.py` is what they are made of."""
