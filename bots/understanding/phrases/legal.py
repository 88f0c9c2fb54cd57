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
does such a contract hold in court
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
is my landlord allowed to enter the flat without telling me
the landlord will not repair the mould and I am thinking of withholding rent
our homeowners' association fined us for the fence
may they keep me from using a private road
is it trespassing to walk across their land
the neighbour's dog bit me, who has to pay
my car was towed although there was no sign
somebody scratched my car and the camera recorded it
I rear-ended a car and the other driver now wants money without insurance
my insurance says that I am at fault
the hospital sent me a bill that my insurer will not cover, do I have to pay it
can I be made to pay for my parents' cancelled policy
I was sacked after I reported my boss
my employer does not pay for overtime
may my employer make me sign a non-compete clause
I am self-employed and the client says I cannot quit under the contract
can they keep my last pay because I left early
my employer wants me to pay for a broken tool
I was promised a bonus and nobody wants to know of it now
may my employer read my private messages
I want to quit before my notice period ends, what can they do to me
they fired me while I was on sick leave
the college wants out-of-state fees from me although they called me a resident
the school expelled my son without a hearing
the university accuses me of cheating
can a shop keep me from posting a bad review
he posts lies about me on the internet
somebody uses my photos without permission
my app lets people meet, am I responsible if one of them hurts another
do I need a disclaimer so that users cannot hold me responsible
who owns the code that I wrote in my spare time
may I use this song in my video
the contract was changed without my agreement
a clause in the agreement contradicts the other
they changed the terms of my plan in the middle of the contract
what counts as acceptance of an offer under the contract
the seller hid a fault and will not take the car back
the builder took the money and never came back
I lent a friend money and have it in writing
a collection agency demands a debt that is not mine
should I file for bankruptcy
can they garnish my wages
the police want to question me, do I have to go
a policeman stopped me and asked for my papers, was he allowed to
they searched my bag without asking
I got a citation and the hearing is next month
I was charged with theft and it was not me
my brother is in jail and we need bail
will a conviction cost me my residence permit
my visa ends before the new one is granted
can I be deported for an old offence
my wife wants a divorce and half of the company
how is child maintenance worked out
the father does not bring the children back on time
may I move to another state with my child
I want to adopt my stepson
can grandparents demand to see the child
my ex lives in my house and will not leave
we were together for years but never married, what am I owed
I want to take my old surname again by law
my mother can no longer decide for herself and I should be her guardian
the executor of the will does not tell us anything
my uncle left me a house with debts
does a will need two witnesses
can I give my sister authority to sign for me while I am abroad
the state wants its benefits back from me
my disability claim was turned down and I want to appeal
they stopped my benefits without a letter
is it allowed to film a policeman
somebody threatens me and I want a protection order
he keeps following me and I do not know how to stop him by law
my roommate wants me out and I am not on the lease
the tenant above floods my flat again and again
I signed something that I had not read
can I get out of the contract if I was under eighteen
they say that I defamed them
is there a law on how long they can keep me waiting for a refund
any advice on whether I have a case would be welcome
I would like to know where I stand legally
what could happen to me if I do not show up at the hearing
should I get a lawyer or can I do this by myself
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
the meaning of annulment, please
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
the minister was sued by the paper
the court has ruled on the new law, says the news
a demonstration against the law
they debate whether the law should change
the judge in the film
criminals should stay in jail longer
the officer told us a story
he works as a policeman
they were arrested at the march
the organisation fights for equal rights
it is his responsibility to be there
what does consent mean in the story
the contract for electricity
how do I change my plan to a smaller one
please change my contract to the annual plan
when is my payday
I want to appeal to your kindness
the hearing aid
fine print of the voucher
fine, thanks
a case for the tablet
the will to win
the trial month is over
move the bin behind the fence
the fence of the garden
I was charged twice
charge the phone
my account was charged with the fee
how do I transfer ownership of the workspace
who owns this channel
the owner of the group can change the settings
report a user who breaks the rules
change my name in the profile
what are the terms of the voucher
my claim number
a bad review of the tent
may I post photos in the review
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
