"""An epidemic itself: infection, tests, vaccination, quarantine, masks, hygiene, keeping apart.

Examples of `medical`, by subject.
"""

_INFECTION = """
how does the virus pass from one person to another
can COVID be caught from a parcel or from groceries
does the coronavirus survive on banknotes
how long does the germ live on plastic
can mosquitoes carry the virus
is the flu carried through the air or by touching things
can you catch it twice
am I immune after I have had COVID
how many days after contact do the first signs show
how long is somebody with corona infectious
can people without symptoms give it to others
what does incubation period mean
can my cat give me the virus
does warm weather stop the virus
what is the difference between the flu and COVID
where did the new virus come from
why is the disease called that
what is a coronavirus anyway
is the new variant more dangerous
how fast does the variant spread
can the virus get into drinking water or sewage
is the swimming pool safe with regard to infection
can I get infected by a take-away meal
how did so many people in one place catch it
one guest infected the whole party
what is community spread
how far do droplets fly when someone sneezes
how do I know whether I have been exposed
what does asymptomatic mean
what is the death rate of the infection
what is meant by herd immunity
what does flattening the curve mean
what is the reproduction number
dogs that search for the virus
do farm animals get it
can bats infect people
is it safe to eat in a restaurant again
is meat safe when workers of the plant were infected
how do I wash fruit and vegetables because of the virus
can it be passed on in breast milk
is tap water safe during the outbreak
sewage is tested for the virus
do hot baths or cold weather protect from it
can the sun or an ultraviolet lamp kill the virus
does drinking alcohol protect from infection
do mobile phone masts spread the virus
do flies or fleas carry it
may the vet still see my animals
should tigers in the zoo be tested
is the food in the shops still safe
will there be enough food in the supermarkets
does cooking or freezing kill the germ
is it dangerous to swim in the sea
are bodies of the dead still infectious
is there a link between the illness in children and the virus
can the virus change and become worse
why are so few cases found in children
it stays in the air of closed rooms for hours
""".strip().splitlines()

_TESTS = """
where can I get a COVID test
I need an appointment for a swab
how long do I wait for the result of the PCR test
is the rapid test as good as the one from the laboratory
my quick test shows two lines
what does a positive antibody test tell me
does a negative result mean that I am healthy
who pays for the corona test
do children have to be tested before school
should everybody in the nursing home be tested
may I take the swab myself at home
is there a blood test that shows that I had it
when should I be tested after contact with someone who has it
screening of visitors at the door, taking their temperature
how are samples sent to the laboratory
how many tests were done and how many were positive
residents and staff were tested again after a week without new cases
how do you count a probable case
what does the positivity rate mean
the number of confirmed infections in our county
which data on cases and deaths are published every day
how is a death from the virus counted
a study tests the blood of volunteers for antibodies
an outbreak is two or more cases in one house
where is the map of cases in my district
how many people have recovered so far
are the numbers for nursing homes published
who has to be told when somebody tests positive
doctors must report cases to the health department
what does the state laboratory do
which laboratories may examine the samples
what safety level does a laboratory need for the samples
how should a sample be packed for shipping
is the test approved by the authorities
are home tests sold in pharmacies approved
why are there fewer tests than last month
are people who were tested twice counted twice
how are cases counted for people who live elsewhere
what does the dashboard with the numbers show
when is the daily report of infections updated
what is the difference between probable and confirmed
what do the colours on the map of infections mean
how does the test differ from a screening by questions
""".strip().splitlines()

_VACCINATION = """
when is it my turn to be vaccinated
how do I book an appointment for the second jab
is the vaccine tested well enough
what does the vaccine contain
which side effects does the shot have
should I get the flu shot this autumn
can pregnant women be vaccinated
do I need a booster
may I be vaccinated with an allergy to eggs
does the vaccine protect from the variant
is vaccination compulsory for nurses
my certificate of vaccination is lost
which jabs do I need before going to Kenya
why does developing a vaccine take so long
are there medicines against the virus
is there a cure
does the malaria drug help against COVID
should I take vitamin D to prevent it
do antibiotics work against a virus
can I take part in the trial of a new drug
can those who recovered donate plasma
is there a shortage of the medicine
which drugs are approved for the treatment
my blood pressure tablets, may I go on taking them with the virus around
is ibuprofen bad when you have the virus
do herbal remedies help
is a drug for animals dangerous for people
who decides which vaccine is permitted
who is vaccinated first
""".strip().splitlines()

_QUARANTINE = """
how long must I stay in quarantine
when may I leave isolation
I was in contact with somebody who tested positive, what now
do I have to isolate after a holiday abroad
how do I keep apart from my family in a small flat
can I walk the dog during quarantine
who brings me food while I am isolating
may my husband go to work while I am in quarantine
what if my flatmate has COVID
when is it safe to be around others after being ill
I feel better, may I go outside again
do I get a letter for my employer about the quarantine
the tracer called me about a contact
will the contact tracer tell people my name
what does a contact tracer ask
does the warning app record where I go
monitor your temperature for two weeks after the trip
what is a close contact
stay in a separate room and use another bathroom if you are ill
what is the difference between keeping distance and isolating
order your groceries on the internet if you are unwell
let your food be brought to the door if you are ill
have enough medicine at home for some weeks
what should I have in the house in case of quarantine
""".strip().splitlines()

_MASKS = """
do I have to cover my nose and mouth in the shop
how do I sew a cloth mask
how often should I wash a mask
can I use the same mask again
are masks with a valve allowed
may my toddler wear a mask
I cannot breathe well under a mask
do I need a mask outdoors
is a scarf enough in place of a mask
how do I wear glasses with a mask
who does not have to wear a mask
do face shields protect as well as masks
which respirator do I need at work
how do nurses put on gowns and gloves safely
what sort of gown is needed for treating the infected
can medical gowns be used more than once
is protective clothing for hospitals running short
fit test for respirators
the mask must fit closely around the face with no gaps
are gloves useful in the supermarket
what does the abbreviation PPE stand for
wear a face covering wherever you cannot keep apart
coveralls, aprons and boots for those who treat the infected
which protection do cleaners need who work in a patient's room
how should used protective clothing be thrown away
disposable gowns or washable ones
may an expired respirator be used in a shortage
is the import of protective masks allowed
can I make masks at home and sell them
how do I know that a respirator is not a fake
does the beard have to come off for the respirator
may a mask with a picture be worn at school
deaf people cannot read lips when everybody wears a mask
masks for two-year-olds
how do I get my child to wear a mask
""".strip().splitlines()

_HYGIENE = """
how long should I wash my hands
soap or hand gel, which is better
how much alcohol must a sanitizer contain
how do I clean the door handles after a sick person was here
which disinfectant kills the coronavirus
can I wash the laundry of someone ill with mine
should I wipe down my shopping
is it necessary to spray streets and pavements with disinfectant
how do I clean my phone of germs
do not touch your eyes, nose and mouth
do not share cups and towels with someone who is ill
air the rooms often against germs
does the air conditioning spread the virus
cleaning and disinfecting a building after an outbreak
how should the rooms of a sick resident be cleaned
wear gloves when you handle dirty laundry of a patient
throw the used tissue into the bin at once
sneeze into your sleeve
how is hand gel made and may a distillery produce it
a hand gel was recalled because it is toxic
which products are on the list against the virus
how long must the disinfectant stay on the surface
how do I clean the toys in the nursery
clean the bathroom daily if someone is ill
do not shake the dirty washing
how do I clean carpets and curtains after an infection
how do we clean buses and trains
flush the pipes before the building opens again
does ultraviolet light clean the rooms
are fans and hand dryers safe with the virus around
""".strip().splitlines()

_DISTANCE = """
how far apart should we stand
how many people may meet at one time
may I visit my grandparents
is a barbecue with neighbours all right if we keep apart
can we share a car with people from another household
is it safe to go to the gym again
may I go jogging in the park during the lockdown
avoid shaking hands and hugging for now
do not meet people who do not live with you
limit contact to those in your own home
keep at least six feet away from others in public
can my children play with friends in the playground
are large gatherings forbidden
can the wedding go ahead with fifty guests
how can a funeral be held safely
may churches hold services
is it safe to vote in person
is it safe to take the bus or a taxi at the moment
should I cancel my trip because of the epidemic
may I cross the border with a negative test
I am back from a region with many cases, do I have to stay at home
is flying safe during the pandemic
passengers from risk areas are checked on arrival
what does the travel warning for my country mean for health
do hotels take in guests during the lockdown
have camping sites and beaches been closed because of corona
how do we keep the waiting room safe
stay six feet apart in the queue
gatherings in parks are not allowed at present
can a wedding be held in the open air under the current rules
is the register office open for marriages during the closure
may I move to a new flat during the lockdown
may the estate agent show the house during the lockdown
can I have guests to stay under the restrictions
are swimming lessons for children allowed again
how do I plan a safe birthday party for my child in these times
are cruise ships allowed to sail
what happens to travellers who fall ill on board
does the plane fly with empty seats between the passengers
is my visa extended because I cannot travel home
do I need to register and be tested before entering the country
what does the health warning level for a country mean
are national parks open during the outbreak
may we go camping in spite of the lockdown
which rules hold for saunas and pools
choirs and orchestras, how can they rehearse safely
stay within your own small group of people
being together indoors with others from outside the home is not advised
keep space between you and others even if you feel well
""".strip().splitlines()

SENTENCES = [
    *_INFECTION,
    *_TESTS,
    *_VACCINATION,
    *_QUARANTINE,
    *_MASKS,
    *_HYGIENE,
    *_DISTANCE,
]
