"""Health: symptoms, injuries, illness, medicine, and all that an epidemic brings with it."""

from bots.understanding.phrases import epidemic, epidemic_life, not_medical, society

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
people with heart disease should be careful
is there a treatment for the illness
I cannot sleep and feel depressed
my child has a fever and will not eat
my health insurance does not cover the treatment
is it just a cold
ich habe mich am Kocher verbrannt
mir ist übel und schwindlig
ich bin allergisch
mein Kind hat Fieber
my mother is ill and I do not know whether to call a doctor
which doctor is the right one for back pain
should I put ice on a sprained ankle
the cut will not stop bleeding
how do I remove a tick
I think I have food poisoning
my baby has a temperature
I have had diarrhoea for three days
my eyes itch and water since the morning
is a temperature of thirty-eight high
how much paracetamol can a child have
may I drink alcohol with antibiotics
I forgot to take my pill
my prescription has run out
what does this word in my medical report mean
the doctor found a lump
is high cholesterol dangerous
how do I lower my blood sugar
I have been short of breath since yesterday
is this mole harmless
I am waiting for the result of my biopsy
I am going through chemotherapy
how soon after surgery may I carry a pack
I have had a miscarriage
is this tent coating harmful to health
the fumes made us feel ill
I hit my head and feel dizzy
I got an electric shock from it
she is unconscious
is it normal that my arm goes numb
my hearing is worse since the bang
he had an epileptic fit in the shop
can I wear the pack with a slipped disc
may I use the hot bottle with a pacemaker
is there nickel in the buckle, I react to it
the mat gave me a skin rash
which insect spray is safe for babies
what do I do about a wasp sting in the throat
I suffer from panic attacks
I am on antidepressants
my therapist is on holiday and I am not well
how do I help somebody with dementia
my child was diagnosed with ADHD
she has an eating problem and has lost a lot of weight
can I sleep on this mat when I am seven months pregnant
my mother fell and cannot stand up
my father has a weak heart and collapsed on the path
my husband had a stroke
our daughter has COVID and a high temperature
I tested positive and feel terrible
the whole group got ill after the meal
we had to take her to the emergency room
he was taken to hospital with burns
my little boy has burnt his fingers on it
she scalded herself with boiling water
our skin itches and has red spots
three of us feel unwell since we slept in it
I was sick all night and could not keep anything down
the dog ate a piece of it and is vomiting
two children were hurt when it fell
I cut my leg on the sharp edge and needed stitches
my hands are swollen since I used the spray
I have a chronic illness and need to keep my insulin cold
will the smell harm an unborn child
""".strip().splitlines()

_PROTECTION = """
how does the virus spread
how is the coronavirus transmitted
can I catch the virus from a surface
can COVID-19 be passed on by food or parcels
must everybody wear a mask on the train
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
who is at higher risk of severe illness
wash your hands often with soap
keep a distance of two metres to other people
avoid crowds when many people are ill
stay at home if you feel sick
how do I disinfect surfaces
does hand sanitizer kill germs
can pets get or spread the disease
how many people have died of the disease
what should schools do when a student is infected
how can employers protect workers from infection
how should patients be cared for at home
health care workers need protective equipment
what should I do if someone in my house is ill
is it safe to travel during the outbreak
how can I cope with stress and anxiety during the pandemic
what does it mean when the test is positive
how long does it take for symptoms to appear
the people I met have to be traced and told
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
""".strip().splitlines()

# What is around illness: an epidemic, and all that it changes.
WIDE = [*_PROTECTION, *epidemic.SENTENCES, *epidemic_life.SENTENCES]

NEGATIVE = [*not_medical.SENTENCES, *society.SENTENCES]

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
    r"older adults|public health|cdc|coughs|outbreak|super-?spread\w*|herd immunity|telehealth|"
    r"telemedicine|miscarriage|dialysis|unconscious|food poisoning|diarrh?o?ea|inhaler)\b",
    r"\b(burn(ed|t)|hurt|injur(ed|y)|broke|cut|scald\w*) (my|his|her|our|their) (hand|arm|leg|finger|"
    r"face|foot|back|head|skin|eye|son|daughter|child|kid)\w*",
    r"\b(carbon monoxide|gas) (poison\w*|exposure)|\bpoison(ed|ing)\b|\bswallow(ed|s)\b|\bchok(ed|ing)\b",
    r"\b(schwanger\w*|allergi\w+|verbrannt|verletz\w+|krankenhaus|notarzt|fieber|übelkeit|schwindlig|"
    r"ausschlag|impfung\w*|infektion\w*|symptome?\w*|medikament\w*)\b",
)
