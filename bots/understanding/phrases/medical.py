"""Health: symptoms, injuries, illness, medicine, protection from infection."""

POSITIVE = """
I burned my hand on the stove and it is blistering
my son has a burn on his arm from the pot
she cut her finger badly with it
my child swallowed a part of it
I have a rash since I wear it
I am allergic to latex, is it in the mat
I feel dizzy and sick after using it in the tent
is it safe to use with asthma
I got a headache from the smell of the coating
can I use it while I am pregnant
I have chest pain
what are the symptoms of flu
do I have a fever or is it a cold
how long am I contagious
should I see a doctor about it
should I go to the hospital
what medicine helps against that
how much of this medicine may I take
can I take these tablets together
what are the side effects of this drug
my blood pressure is too high
I have diabetes and need to know whether I may eat that
I was bitten by a tick
my dog is sick after eating it
the wound is infected
I broke my arm when the chair collapsed
my back hurts after sleeping on it
I fainted yesterday
I have trouble breathing
my throat is sore and I am coughing
I lost my sense of smell
how does the virus spread
how is the coronavirus transmitted
can I catch the virus from a surface
can COVID-19 be passed on by food or parcels
should I wear a mask
which face masks protect best
how do I put on and take off protective gloves and gowns
how long do I have to quarantine
must I isolate after contact with a sick person
when will there be a vaccine
is the vaccine safe for children
which vaccinations do I need for the trip
who should be tested for the infection
how reliable is an antibody test
do I need a negative test result
are older people at higher risk of serious illness
people with heart disease should be careful
who is at higher risk of severe illness
wash your hands often with soap
keep a distance of two metres to other people
avoid crowds when many people are ill
stay at home if you feel sick
how do I disinfect surfaces
does hand sanitizer kill germs
can pets get or spread the disease
is there a treatment for the illness
how many people have died of the disease
what should schools do when a student is infected
how can employers protect workers from infection
how should patients be cared for at home
health care workers need protective equipment
what should I do if someone in my house is ill
is it safe to travel during the outbreak
how can I cope with stress and anxiety during the pandemic
I cannot sleep and feel depressed
my child has a fever and will not eat
what does it mean when the test is positive
my health insurance does not cover the treatment
how long does it take for symptoms to appear
what is contact tracing
what counts as a confirmed case
what is a superspreader
how many new cases were reported today
what is the difference between isolation and quarantine
is physical distancing needed outdoors
what hygiene measures should I take
how do I make a bleach solution to clean
cover your mouth with your elbow when you sneeze
use a clean cloth to cover your mouth and nose
are planned operations and surgeries taking place
can I go on with my physical therapy
is the dentist open during the outbreak
who looks after patients with the virus
is it just a cold
what is the risk of infection on the bus or the train
should children go to school while the virus is around
can we meet family and friends during the lockdown
are weddings and funerals allowed in the pandemic
which businesses may open in phase two of the restrictions
what rules apply to nurseries and schools because of the virus
does my employer have to tell us about a colleague who is ill
I do not want to come to work because I might get infected
is there financial help for those who lost work because of the pandemic
look after your mental health and talk to others
how do I explain the virus to my children
too much news about the illness makes me anxious
keep active and exercise to stay healthy
what should be in a care plan for an ill relative
where do I find my local health department
first responders need protection from germs
what cleaning products kill the virus
ich habe mich am Kocher verbrannt
mir ist übel und schwindlig
ich bin allergisch
mein Kind hat Fieber
""".strip().splitlines()

NEGATIVE = """
I cannot book a doctor's appointment in the app
log in to the clinic's portal
the health check page of the server
the server is not healthy
how do I run a health check
my computer has a virus
an antivirus blocks your page
test environment
the test failed
how do I run the tests
what is the test for the homework
the treatment of the fabric
how do I treat the leather
the tent has a tear
the zip is injured
first aid kit, what is in it
do you sell first aid kits
the mask tool in the image editor
mask the password
masking tape
the pillow is too hard
how heavy is it
what is the temperature outside
is it hot in Spain
the spread of the legs of the chair
how do I isolate the pitch from the ground
the insulation of the mat
healthy recipe
how many calories are in an apple
what can I cook tonight
how do I clean the stove
wash the sleeping bag
distance from here to Rome
travel insurance price
book a table
is it safe to drink tap water in Peru
the update makes me sick, said the reviewer
sick design
that is a pain
patient customer
thanks for your patience
a positive review
negative temperatures
how many sick days do I have left
how many days of leave do I get
book an appointment for me
find a doctor near me in the app
is it safe in Italy
travel safety in Italy
contamination of the data
the wound up string
I hope you can cope with the workload
my dog eats the food
who is in charge of the hospital tent
""".strip().splitlines()

EXPRESSIONS = (
    r"\b(covid\w*|corona ?virus\w*|sars|pandemic|epidemic|quarantin\w*|self[- ]isolat\w*|vaccin\w+|"
    r"symptom\w*|antibod(y|ies)|infect(ed|ion|ions|ious)\b(?! (file|computer|pc))|contagious|"
    r"respirator\w*|ventilators?|face ?masks?|n95|kn95|ppe|face (coverings?|shields?)|hand sanitizers?|"
    r"disinfect\w*|social(ly)? distanc\w*|asthma|diabet\w+|allerg(y|ic|ies)|pregnan\w+|"
    r"chemotherap\w+|cancer patients?|heart (attack|disease)|blood pressure|"
    r"side effects?|medication\w*|prescription|dosage|ibuprofen|paracetamol|antibiotics?|"
    r"ambulance|emergency room|hospital\w*|bleeding|blister(s|ed|ing)|rash|seizures?|concussion|"
    r"nausea|nauseous|vomit\w*|fainted|dizz(y|iness)|fever|sore throat|cough\w*|shortness of breath|"
    r"immune system|immunocompromised|patients?\b(?! with (us|me|you))|illness\w*|disease\w*|"
    r"older adults|public health|cdc|coughs|outbreak)\b",
    r"\b(burn(ed|t)|hurt|injur(ed|y)|broke|cut|scald\w*) (my|his|her|our|their) (hand|arm|leg|finger|"
    r"face|foot|back|head|skin|eye|son|daughter|child|kid)\w*",
    r"\b(carbon monoxide|gas) (poison\w*|exposure)|\bpoison(ed|ing)\b|\bswallow(ed|s)\b|\bchok(ed|ing)\b",
    r"\b(schwanger\w*|allergi\w+|verbrannt|verletz\w+|krankenhaus|notarzt|fieber|übelkeit|schwindlig|"
    r"ausschlag|impfung\w*|infektion\w*|symptome?\w*|medikament\w*)\b",
)
