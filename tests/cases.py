"""THE TABLE. Stories and the answers they must have: from a single check, a batch, a scrub and an audit alike.

A new rule is a row here, a line in `docs/LAW.md`, and a diff of the golden table. Acme is licensed for insurance and
finance since 2025 and calls from one number. Unless a row says otherwise it asks, on Tuesday 10 March 2026 at ten in
China, whether it may call Ana there, live, about insurance.
"""

from tests.story import (
    ACME_CALLER,
    SELLER_CALLER,
    Ask,
    Case,
    attempted,
    changed_hands,
    confirmed,
    consented,
    disputed,
    gave_up_caller,
    opted_out,
    reinstated,
    related,
    revoked,
    suspended,
    withdrew,
)

NEW_YORK = 12125550123
MIAMI = 13055550123
LONDON = 442079460123
PARIS = 33142345678
SYDNEY_MOBILE = 61412345678
MUMBAI = 919820012345
MILAN = 390212345678
SINGAPORE = 6561234567
TOKYO = 81312345678

CONSENT = ["consent_on_record"]
RELATED = ["relationship_on_record"]
FREE = ["not_opted_out"]

STANDING = [
    Case("nothing on record needs a consent", [], ["consent_missing"]),
    Case("a consent carries a call", [consented()], CONSENT, "allow"),
    Case("a suspended company", [consented(), suspended("2026-03-05 09:00")], ["company_not_licensed"]),
    Case(
        "a suspension that begins later",
        [consented(), suspended("2026-03-10 10:01")],
        CONSENT,
        "allow",
    ),
    Case(
        "a company reinstated",
        [consented(), suspended("2026-03-05 09:00"), reinstated("2026-03-08 09:00")],
        CONSENT,
        "allow",
    ),
    Case(
        "a sector it holds no licence for",
        [consented(sectors=("education",))],
        ["sector_not_licensed"],
        ask=Ask(sector="education"),
    ),
    Case(
        "one sector suspended and another not",
        [consented(), suspended("2026-03-05 09:00", sectors=("insurance",))],
        ["sector_not_licensed"],
    ),
    Case(
        "a calling number of nobody", [consented()], ["caller_not_registered"], ask=Ask(caller=861099998888)
    ),
    Case(
        "a calling number it gave up",
        [consented(), gave_up_caller("2026-03-09 09:00")],
        ["caller_not_registered"],
    ),
    Case(
        "everything wrong at once is all said",
        [suspended("2026-03-05 09:00"), opted_out()],
        ["company_not_licensed", "caller_not_registered", "opted_out_of_all", "consent_missing"],
        ask=Ask(caller=861099998888),
    ),
    Case(
        "for a seller under the seller's consent",
        [consented(company="seller")],
        CONSENT,
        "allow",
        ask=Ask(seller="seller"),
    ),
    Case(
        "for a seller from the seller's number",
        [consented(company="seller")],
        CONSENT,
        "allow",
        ask=Ask(seller="seller", caller=SELLER_CALLER),
    ),
    Case(
        "for a seller without its consent",
        [consented(company="acme")],
        ["consent_missing"],
        ask=Ask(seller="seller"),
    ),
    Case(
        "for a suspended seller",
        [consented(company="seller"), suspended("2026-03-05 09:00", company="seller")],
        ["company_not_licensed"],
        ask=Ask(seller="seller"),
    ),
]

REFUSALS = [
    Case("opted out of all", [opted_out()], ["opted_out_of_all", "consent_missing"]),
    Case(
        "opted out of the sector",
        [opted_out("sector", sector="insurance")],
        ["opted_out_of_sector", "consent_missing"],
    ),
    Case("opted out of another sector", [opted_out("sector", sector="finance")], ["consent_missing"]),
    Case(
        "opted out of the channel",
        [opted_out(channels=("live", "autodialed"))],
        ["opted_out_of_channel", "consent_missing"],
    ),
    Case("opted out of another channel", [opted_out(channels=("sms",))], ["consent_missing"]),
    Case(
        "refused the company",
        [opted_out("company", company="acme")],
        ["opted_out_of_company", "consent_missing"],
    ),
    Case(
        "refused the company after the consent",
        [consented(), opted_out("company", company="acme")],
        ["opted_out_of_company"],
    ),
    Case(
        "refused the company before a consent the company recorded",
        [opted_out("company", "2026-01-01 09:00", company="acme"), consented()],
        ["opted_out_of_company"],
    ),
    Case(
        "refused the company before a consent the person confirmed",
        [
            opted_out("company", "2026-01-01 09:00", company="acme"),
            consented(),
            confirmed("2026-02-02 09:00"),
        ],
        CONSENT,
        "allow",
    ),
    Case(
        "refused the company after a consent the person had confirmed",
        [consented(), confirmed("2026-02-02 09:00"), opted_out("company", company="acme")],
        ["opted_out_of_company"],
    ),
    Case(
        "refused the company on one channel",
        [consented(channels=("live", "sms")), opted_out("company", company="acme", channels=("sms",))],
        CONSENT,
        "allow",
    ),
    Case("refused another company", [consented(), opted_out("company", company="seller")], CONSENT, "allow"),
    Case(
        "refused the telemarketer, asked for a seller",
        [consented(company="seller"), opted_out("company", company="acme")],
        ["opted_out_of_company"],
        ask=Ask(seller="seller"),
    ),
    Case(
        "refused the seller, asked by the telemarketer",
        [consented(company="seller"), opted_out("company", company="seller")],
        ["opted_out_of_company"],
        ask=Ask(seller="seller"),
    ),
    Case(
        "opted out of all before a consent", [opted_out(at="2026-01-01 09:00"), consented()], CONSENT, "allow"
    ),
    Case("opted out of all after a consent", [consented(), opted_out()], ["opted_out_of_all"]),
    Case(
        "opted out of the sector after a consent",
        [consented(), opted_out("sector", sector="insurance")],
        ["opted_out_of_sector"],
    ),
    Case(
        "opted out in the instant of the consent",
        [consented("2026-02-01 09:00"), opted_out(at="2026-02-01 09:00")],
        ["opted_out_of_all"],
    ),
    Case(
        "opted out of all and of the sector",
        [opted_out(), opted_out("sector", sector="insurance", name="second")],
        ["opted_out_of_all", "opted_out_of_sector", "consent_missing"],
    ),
    Case("took the opt-out back", [consented(), opted_out(), withdrew("2026-03-05 09:00")], CONSENT, "allow"),
    Case(
        "took it back only later",
        [consented(), opted_out(), withdrew("2026-03-10 10:30")],
        ["opted_out_of_all"],
    ),
    Case(
        "an opt-out recorded after the question binds nobody before",
        [consented(), opted_out(at="2026-03-09 09:00", recorded="2026-03-10 11:00")],
        CONSENT,
        "allow",
    ),
    Case(
        "an opt-out of the same instant",
        [consented(), opted_out(at="2026-03-10 10:00")],
        ["opted_out_of_all"],
    ),
]

GROUNDS = [
    Case("a consent for another channel", [consented(channels=("sms",))], ["consent_not_for_channel"]),
    Case("a consent for another sector", [consented(sectors=("finance",))], ["consent_missing"]),
    Case("a consent of another company", [consented(company="seller")], ["consent_missing"]),
    Case(
        "a consent for several sectors and channels",
        [consented(sectors=("finance", "insurance"), channels=("live", "sms"))],
        CONSENT,
        "allow",
    ),
    Case(
        "a consent that ended",
        [consented(expires="2026-03-01 09:00")],
        ["consent_expired"],
    ),
    Case("a consent that ends this instant", [consented(expires="2026-03-10 10:00")], ["consent_expired"]),
    Case("a consent that ends next minute", [consented(expires="2026-03-10 10:01")], CONSENT, "allow"),
    Case(
        "a consent older than the policy lets it last",
        [consented("2024-03-01 09:00", recorded="2025-02-01 09:00")],
        ["consent_expired"],
    ),
    Case("a consent taken back", [consented(), revoked("2026-03-01 09:00")], ["consent_revoked"]),
    Case("a consent taken back later", [consented(), revoked("2026-03-10 10:01")], CONSENT, "allow"),
    Case(
        "a consent taken back, recorded after the question",
        [consented(), revoked("2026-03-09 09:00", recorded="2026-03-10 12:00")],
        CONSENT,
        "allow",
    ),
    Case(
        "the same, as known today",
        [consented(), revoked("2026-03-09 09:00", recorded="2026-03-10 12:00")],
        ["consent_revoked"],
        ask=Ask(known_at="2026-03-11 09:00"),
    ),
    Case(
        "a consent after one taken back",
        [
            consented("2026-01-01 09:00", name="first"),
            revoked("2026-01-15 09:00", name="first"),
            consented("2026-02-01 09:00"),
        ],
        CONSENT,
        "allow",
    ),
    Case(
        "taking one back ends an earlier, wider one",
        [
            consented("2026-01-01 09:00", sectors=("insurance", "finance"), name="wide"),
            consented("2026-02-01 09:00"),
            revoked("2026-03-01 09:00"),
        ],
        ["consent_revoked"],
    ),
    Case(
        "taking one back for texts leaves calls",
        [
            consented("2026-01-01 09:00", name="calls"),
            consented("2026-01-01 09:00", channels=("sms",), name="texts"),
            revoked("2026-03-01 09:00", name="texts"),
        ],
        CONSENT,
        "allow",
    ),
    Case(
        "a consent given again for a while brings no wider one back that ended with it",
        [
            consented("2026-01-01 09:00", sectors=("insurance", "finance"), name="wide"),
            consented("2026-02-01 09:00", name="narrow"),
            revoked("2026-02-10 09:00", name="narrow"),
            consented("2026-02-15 09:00", expires="2026-03-01 09:00", name="again"),
        ],
        ["consent_revoked"],
    ),
    Case("a disputed consent", [consented(), disputed("2026-03-01 09:00")], ["consent_disputed"]),
    Case(
        "in New York today's holder disputes what the last one gave",
        [consented(), changed_hands("2026-02-15 09:00"), disputed("2026-03-01 09:00")],
        ["consent_disputed"],
        ask=Ask(at="2026-03-10 10:00-04:00"),
        number=NEW_YORK,
    ),
    Case(
        "a dispute settled by the person's confirmation",
        [consented(), disputed("2026-03-01 09:00"), confirmed("2026-03-05 09:00")],
        CONSENT,
        "allow",
    ),
    Case(
        "a consent recorded after the question carries nothing",
        [consented("2026-02-01 09:00", recorded="2026-03-10 10:01")],
        ["consent_missing"],
    ),
    Case(
        "nor does it as known today",
        [consented("2026-02-01 09:00", recorded="2026-03-10 10:01")],
        ["consent_missing"],
        ask=Ask(known_at="2026-03-12 09:00"),
    ),
    Case(
        "a consent given before the number changed hands",
        [consented(), changed_hands("2026-03-01 09:00")],
        ["number_reassigned"],
    ),
    Case(
        "a consent given after the number changed hands",
        [changed_hands("2026-01-15 09:00"), consented()],
        CONSENT,
        "allow",
    ),
    Case(
        "a change of hands that was not known",
        [consented(), changed_hands("2026-03-01 09:00", recorded="2026-03-10 12:00")],
        CONSENT,
        "allow",
    ),
    Case(
        "a newer consent of the same scope",
        [
            consented("2026-01-01 09:00", expires="2026-03-01 09:00", name="first"),
            consented("2026-02-01 09:00"),
        ],
        CONSENT,
        "allow",
    ),
    Case("a purchase carries a call", [related()], RELATED, "allow"),
    Case("a purchase too long ago", [related(last="2025-08-01 09:00")], ["consent_missing"]),
    Case("a contract lasts longer", [related("contract", "2025-08-01 09:00")], RELATED, "allow"),
    Case(
        "a contract that still runs",
        [related("contract", "2026-12-31 09:00", recorded="2026-02-01 09:00")],
        RELATED,
        "allow",
    ),
    Case(
        "a running contract of the number's last holder",
        [
            related("contract", "2026-12-31 09:00", recorded="2026-02-01 09:00"),
            changed_hands("2026-03-01 09:00"),
        ],
        ["number_reassigned"],
    ),
    Case("a purchase and an opt-out", [related(), opted_out()], ["opted_out_of_all"]),
    Case(
        "an opt-out and then a purchase", [opted_out(at="2026-01-01 09:00"), related()], ["opted_out_of_all"]
    ),
    Case(
        "a purchase by the number's last holder",
        [related(), changed_hands("2026-03-01 09:00")],
        ["number_reassigned"],
    ),
    Case(
        "a purchase and a consent taken back since",
        [consented("2026-01-01 09:00"), related(last="2026-01-15 09:00"), revoked("2026-02-01 09:00")],
        ["consent_revoked"],
    ),
    Case(
        "a consent taken back and a purchase since",
        [consented("2026-01-01 09:00"), revoked("2026-01-15 09:00"), related(last="2026-02-01 09:00")],
        RELATED,
        "allow",
    ),
    Case(
        "a purchase recorded after the question", [related(recorded="2026-03-10 10:01")], ["consent_missing"]
    ),
]

TIMES = [
    Case(
        "before the hours begin",
        [consented()],
        ["outside_calling_hours"],
        ask=Ask(at="2026-03-10 08:59"),
        next_allowed="2026-03-10 09:00",
    ),
    Case("as the hours begin", [consented()], CONSENT, "allow", ask=Ask(at="2026-03-10 09:00")),
    Case(
        "as the hours end",
        [consented()],
        ["outside_calling_hours"],
        ask=Ask(at="2026-03-10 21:00"),
        next_allowed="2026-03-11 09:00",
    ),
    Case(
        "at night without a consent there is no next time",
        [],
        ["consent_missing", "outside_calling_hours"],
        ask=Ask(at="2026-03-10 22:00"),
    ),
    Case(
        "in the hours the person closed",
        [consented(), opted_out(hours=(9 * 60, 12 * 60))],
        ["outside_calling_hours"],
        next_allowed="2026-03-10 12:00",
    ),
    Case(
        "outside the hours the person closed",
        [consented(), opted_out(hours=(9 * 60, 12 * 60))],
        CONSENT,
        "allow",
        ask=Ask(at="2026-03-10 12:00"),
    ),
    Case(
        "on a weekday the person closed",
        [consented(), opted_out(days=["tue"])],
        ["outside_calling_hours"],
        next_allowed="2026-03-11 09:00",
    ),
    Case(
        "on a Sunday the person closed, though it is a holiday",
        [consented(), opted_out(days=["sun"])],
        ["outside_calling_hours"],
        ask=Ask(at="2026-04-05 10:00"),
        next_allowed="2026-04-06 09:00",
    ),
    Case(
        "on a weekday the person left open", [consented(), opted_out(days=["sat", "sun"])], CONSENT, "allow"
    ),
    Case(
        "on a holiday the person closed",
        [consented(), opted_out(days=["holiday"])],
        ["outside_calling_hours"],
        ask=Ask(at="2026-05-01 10:00"),
        next_allowed="2026-05-03 09:00",
    ),
    Case(
        "hours closed for another sector",
        [consented(), opted_out("sector", sector="finance", hours=(0, 1440))],
        CONSENT,
        "allow",
    ),
    Case(
        "three attempts today",
        [consented(), *(attempted(f"2026-03-10 09:{minute}0") for minute in range(3))],
        ["attempts_exceeded"],
        next_allowed="2026-03-11 09:00",
    ),
    Case(
        "two attempts today",
        [consented(), *(attempted(f"2026-03-10 09:{minute}0") for minute in range(2))],
        CONSENT,
        "allow",
    ),
    Case(
        "three attempts yesterday",
        [consented(), *(attempted(f"2026-03-09 20:{minute}0") for minute in range(3))],
        CONSENT,
        "allow",
    ),
    Case(
        "three attempts today, at night",
        [consented(), *(attempted(f"2026-03-10 09:{minute}0") for minute in range(3))],
        ["outside_calling_hours", "attempts_exceeded"],
        ask=Ask(at="2026-03-10 21:30"),
        next_allowed="2026-03-11 09:00",
    ),
]

#: Places whose law differs. Acme calls from China; the law is the called number's.
PLACES = [
    Case(
        "in New York nothing on record permits",
        [],
        FREE,
        "allow",
        ask=Ask(at="2026-03-10 10:00-04:00"),
        number=NEW_YORK,
    ),
    Case(
        "in New York an opt-out forbids",
        [opted_out()],
        ["opted_out_of_all"],
        ask=Ask(at="2026-03-10 10:00-04:00"),
        number=NEW_YORK,
    ),
    Case(
        "in New York a consent survives a later opt-out",
        [consented(), opted_out()],
        CONSENT,
        "allow",
        ask=Ask(at="2026-03-10 10:00-04:00"),
        number=NEW_YORK,
    ),
    Case(
        "in New York a refusal of the company does not",
        [consented(), opted_out("company", company="acme")],
        ["opted_out_of_company"],
        ask=Ask(at="2026-03-10 10:00-04:00"),
        number=NEW_YORK,
    ),
    Case(
        "in New York a consent taken back is a no",
        [consented(), revoked("2026-03-01 09:00")],
        ["consent_revoked"],
        ask=Ask(at="2026-03-10 10:00-04:00"),
        number=NEW_YORK,
    ),
    Case(
        "in New York an inquiry of two months ago",
        [related("inquiry", "2026-01-15 09:00")],
        RELATED,
        "allow",
        ask=Ask(at="2026-03-10 10:00-04:00"),
        number=NEW_YORK,
    ),
    Case(
        "in New York a charity may call the opted out",
        [opted_out()],
        ["purpose_exempt"],
        "allow",
        ask=Ask(at="2026-03-10 10:00-04:00", purpose="charity"),
        number=NEW_YORK,
    ),
    Case(
        "but not those who refused it",
        [opted_out("company", company="acme")],
        ["opted_out_of_company"],
        ask=Ask(at="2026-03-10 10:00-04:00", purpose="charity"),
        number=NEW_YORK,
    ),
    Case(
        "in China a charity needs a consent",
        [],
        ["consent_missing"],
        ask=Ask(purpose="charity"),
    ),
    Case(
        "in New York at half past eight in the evening",
        [],
        FREE,
        "allow",
        ask=Ask(at="2026-03-10 20:30-04:00"),
        number=NEW_YORK,
    ),
    Case(
        "in Miami not at half past eight",
        [],
        ["outside_calling_hours"],
        ask=Ask(at="2026-03-10 20:30-04:00"),
        number=MIAMI,
        next_allowed="2026-03-11 08:00-04:00",
    ),
    Case(
        "in Miami three attempts in any 24 hours",
        [
            attempted("2026-03-09 15:00-04:00"),
            attempted("2026-03-09 16:00-04:00"),
            attempted("2026-03-09 17:00-04:00"),
        ],
        ["attempts_exceeded"],
        ask=Ask(at="2026-03-10 10:00-04:00"),
        number=MIAMI,
        next_allowed="2026-03-10 15:00-04:00",
    ),
    Case(
        "on the morning the clocks change in New York",
        [],
        ["outside_calling_hours"],
        ask=Ask(at="2026-03-08 07:30-04:00"),
        number=NEW_YORK,
        next_allowed="2026-03-08 08:00-04:00",
    ),
    Case("in London at night", [], FREE, "allow", ask=Ask(at="2026-03-10 23:30+00:00"), number=LONDON),
    Case(
        "in London a consent survives",
        [consented(), opted_out()],
        CONSENT,
        "allow",
        ask=Ask(at="2026-03-10 10:00+00:00"),
        number=LONDON,
    ),
    Case(
        "in Paris at lunch",
        [],
        ["outside_calling_hours"],
        ask=Ask(at="2026-03-10 13:30+01:00"),
        number=PARIS,
        next_allowed="2026-03-10 14:00+01:00",
    ),
    Case(
        "in Paris on a Saturday",
        [],
        ["closed_day"],
        ask=Ask(at="2026-03-14 11:00+01:00"),
        number=PARIS,
        next_allowed="2026-03-16 10:00+01:00",
    ),
    Case(
        "in Paris after August 2026 a consent is needed",
        [],
        ["consent_missing"],
        ask=Ask(at="2026-09-15 11:00+02:00"),
        number=PARIS,
    ),
    Case(
        "in Paris on the fourteenth of July",
        [],
        ["closed_day"],
        ask=Ask(at="2026-07-14 11:00+02:00"),
        number=PARIS,
        next_allowed="2026-07-15 10:00+02:00",
    ),
    Case(
        "a mobile in Australia that may be on the Cocos Islands",
        [],
        ["outside_calling_hours"],
        ask=Ask(at="2026-03-10 10:00+11:00"),
        number=SYDNEY_MOBILE,
        next_allowed="2026-03-10 13:30+11:00",
    ),
    Case(
        "a mobile in Australia when all zones are open",
        [],
        FREE,
        "allow",
        ask=Ask(at="2026-03-10 14:00+11:00"),
        number=SYDNEY_MOBILE,
    ),
    Case(
        "in Milan the day before a holiday is short",
        [],
        ["outside_calling_hours"],
        ask=Ask(at="2026-06-01 09:30+02:00"),
        number=MILAN,
        next_allowed="2026-06-01 10:00+02:00",
    ),
    Case(
        "in Milan a later registration wipes the consent",
        [consented(), opted_out()],
        ["opted_out_of_all"],
        ask=Ask(at="2026-03-10 11:00+01:00"),
        number=MILAN,
    ),
    Case(
        "in India a consent counts once the person confirmed it",
        [consented(), confirmed("2026-02-02 09:00"), opted_out()],
        CONSENT,
        "allow",
        ask=Ask(at="2026-03-10 11:00+05:30"),
        number=MUMBAI,
    ),
    Case(
        "in India an unconfirmed consent lifts no opt-out",
        [opted_out(at="2026-01-01 09:00"), consented()],
        ["opted_out_of_all"],
        ask=Ask(at="2026-03-10 11:00+05:30"),
        number=MUMBAI,
    ),
    Case(
        "a country without a pack is held to the default",
        [],
        ["consent_missing"],
        ask=Ask(at="2026-03-10 10:00+09:00"),
        number=TOKYO,
    ),
    Case(
        "a country without a pack, with a consent",
        [consented()],
        CONSENT,
        "allow",
        ask=Ask(at="2026-03-10 10:00+09:00"),
        number=TOKYO,
    ),
]

CASES: list[Case] = [*STANDING, *REFUSALS, *GROUNDS, *TIMES, *PLACES]

assert len({case.name for case in CASES}) == len(CASES), "two cases of one name"
assert ACME_CALLER != SELLER_CALLER
