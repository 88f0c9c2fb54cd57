"""The law: a dispute, a claim, a threat to sue, rights and liabilities."""

POSITIVE = """
I will take you to court
I am going to sue you
my lawyer will contact you
I have talked to a solicitor about this
I demand compensation or I will take legal action
this is a breach of contract
you are liable for the damage
what are my legal rights here
can I legally refuse to pay
is that even legal
is it against the law to record a call
do I have a case against them
can they sue me for this
I was served with court papers
I have to appear in court next month
I got a letter from a debt collector's lawyer
what does the statute of limitations say
I want to file a complaint with the consumer protection agency
I will report you to the trading standards office
the contract says something else and I signed it
does this clause in the lease hold up
my landlord refuses to give back the deposit
can my landlord evict me without notice
the tenant stopped paying rent, what can I do
my employer fired me without a reason
my boss refuses to pay my last wages
can I break my lease early without a penalty
who gets custody of the children after the divorce
my ex is violating the custody agreement
I am getting divorced and we own a house together
my neighbour's tree damaged my car, who is liable
I was in a car accident and the other driver claims it was my fault
the police officer searched my car without a warrant
I got a speeding ticket and want to contest it
I was arrested and charged with a misdemeanour
will this stay on my criminal record
can I get my record expunged
I am on probation and need to know whether I may travel
can an immigrant without papers apply for a visa
my green card application was denied
my father died without a will
am I responsible for my parents' debt
somebody is using our brand name without permission
this infringes my copyright
they copied my design, can I get a cease and desist letter
can they force me to sign a non-compete agreement
the insurance company refuses to pay the claim
do I need a lawyer for small claims court
how do I press charges against him
I want to get a restraining order
the homeowners' association fined me
my contractor took the money and never finished the work
the seller hid a defect of the house
the company changed the terms of the contract without telling me
am I entitled to compensation by law
what is the legal process for that
is a verbal agreement binding
can I be held responsible if someone gets hurt
I need a power of attorney
what happens if I ignore a court summons
can my school legally punish me for that
I will see you in court
is the contract enforceable
my ex-employer did not pay me for all the hours that I worked
someone trespassed on my property
am I trespassing if there is no sign
do both of us have to sign in front of a notary
the other driver says that I am liable for the accident
the driver hit me and his insurer refuses to pay
I got a fine that I think is not justified
I was caught driving after drinking and lost my licence
can the city fine me for that
my company broke its own confidentiality rules
is my manager allowed to threaten me with dismissal
my roommate moved out and will not pay her share of the rent
the landlord wants to keep our deposit for damage that we did not do
I am a minor and want to know what my parents may do
what are my options if they do not honour the agreement
we bought a house and the seller lied about its condition
the termination clause says thirty days' notice
do I have to let the officer into my home
I have a court date and am worried what will happen
how do I get custody of my grandchild
is there anything I can do about harassment by my neighbour
somebody threatens to sue me over a bad review
they owe me money and refuse to pay it back, what can I do
I am an immigrant and my papers expired
social services want to see my bank statements, do I have to show them
I was discriminated against and want to file a claim
ich schalte meinen Anwalt ein
ich werde Sie verklagen
ist das rechtlich erlaubt
wir sehen uns vor Gericht
""".strip().splitlines()

NEGATIVE = """
where are your terms and conditions
what does the warranty cover
how long is the warranty
do you have a returns policy
where can I find the imprint
tell me the rules of the game
tennis court near me
food court opening times
the court shoes are sold out
attorney is spelled how
spell annulment
what does annulment mean
my rental gear
rent a tent for the weekend
how long can I rent it
contract my muscles
how do I renew my contract
when does my contract end
sign me up
file a claim for the warranty
how do I file a warranty claim
make a complaint about the delivery
I want to complain about a product
is it allowed to bring a dog
can I camp wild in Norway
can I take the gas bottle on the plane
the police car toy
accident insurance for hikers
schedule a driving test
apply for a job
divorce rate of countries
the news said that a man was arrested
a court sentenced the politician
the law of gravity
change my tax address
when are taxes due
do I need a visa to visit Japan
what does the insurance cost
is breakfast included in the rent
my boss ordered the wrong size
the landlord of the hut has the key
what does it cost to end the contract early
is there a fee for early termination
what is the cancellation fee
how do I file a complaint about a parcel
I want compensation for the late delivery
how do I get a reimbursement
file a reclamation
the judges of the song contest
my lease car needs a new tyre
""".strip().splitlines()

EXPRESSIONS = (
    r"\b(lawyer|attorney|solicitor|barrister|lawsuit|litigation|legal(ly)? (action|advice|right\w*|team|"
    r"counsel|steps|proceedings|dispute|obligat\w+|responsib\w+|binding|recourse|grounds|standing|"
    r"department|issue|question|matter|entitled|allowed)|small claims|sue (you|them|him|her|me|us|my|the)|"
    r"suing|sued|court (date|case|order|hearing|papers|summons)|(to|in|before|through|go to) court|"
    r"take you to court|subpoena|plaintiff|defendant|misdemeanou?r|felony|probation|parole|custody|"
    r"evict\w*|landlord|breach of contract|statute of limitations|restraining order|cease and desist|"
    r"power of attorney|child support|alimony|expunge\w*|arrested|press charges|legally|illegal\w*|"
    r"against the law|unlawful\w*|statut\w+|lease agreement|security deposit back|notice to vacate|"
    r"copyright (infring\w+|claim)|trading standards|ombudsman|consumer (protection|rights)|"
    r"held liable|liable for|liability for|is it legal|is this legal|my lease|the lease|tenants?)\b",
    r"\b(rechtsanw\w+|anwalt\w*|anwält\w*|verklag\w+|klage einreich\w*|vor gericht|rechtlich\w*|"
    r"rechtsschutz\w*|strafanzeige|anzeige erstatt\w+|verbraucherschutz|verbraucherzentrale|abmahn\w+)\b",
    r"\b(avocat|porter plainte|abogado|demandar(los|les|te)?|avvocato|advocaat)\b",
)
