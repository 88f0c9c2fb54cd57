"""What an epidemic changes: rules, work, school, care, hospitals, spirits, help for those hit by it.

Examples of `medical`, by subject.
"""

_RULES = """
what is allowed from Monday under the new corona rules
when will the restrictions be lifted
which shops count as essential
what changes with the next stage of reopening
how long does the stay-at-home order last
is there a curfew because of the virus
may restaurants serve people inside again
are hairdressers open during the lockdown
what does my business have to do before it may reopen
must I close my shop if an employee tests positive
how many customers may be in the shop at the same time
who enforces the public health order
where do I report a business that ignores the health rules
can the mayor order people to wear masks
what is the state of emergency
the governor declared a public health emergency
is the health department planning further measures
recommendations of the health authorities for local governments
guidance for prisons and shelters on preventing infection
how do homeless shelters deal with the virus
guidance for police officers on avoiding exposure
how can a fire brigade protect its crew from infection
are elections postponed because of the pandemic
are medical devices allowed without the usual approval in the emergency
does wildfire smoke make the illness worse
what does the health department do to stop the spread
is the epidemic over
when will life be as it was before the virus
will there be a second wave in winter
what happens when the health emergency ends
are visitors from other states welcome again or must they isolate
are courts and offices open to the public during the emergency
how do I renew my driving licence while the office is closed
how do I take part in the public meeting by telephone
is the census affected by the virus
hurricane season and the virus, how are shelters run
what should an emergency shelter do against infection
what does the emergency declaration allow the governor
may landlords show flats and carry out repairs now
what must the owner of a short-term rental observe
are garage sales and farmers' markets allowed at present
which corona rules hold for food trucks
are open fires forbidden because of the load on the lungs
who is exempt from the order
the county moved to the yellow phase
what is the difference between the orange and the red level
what must be in the infection plan of a business
are inspections carried out on site or from afar now
are the requirements for approval suspended during the crisis
""".strip().splitlines()

_WORK = """
may I work from home because of the virus
may staff refuse to come in for fear of infection
what do I do when a worker shows symptoms
must I tell the staff that a colleague has corona
can my employer make me take a test
may the boss take our temperature at the entrance
am I an essential worker
when may a nurse come back to work after being ill
do I get paid while I am in quarantine
sick leave for parents whose school is closed
how many people may be in the office at once
how do we keep distance at the workplace
how do we protect cashiers from the virus
safety rules for meat plants and farms during the outbreak
how can older volunteers and coaches be kept safe from infection
sports clubs: may we train again, and how
how can a coach keep distance during training
what must a critical worker do after exposure
what if an essential worker will not come to work for fear
can I be fired for staying in quarantine
is the illness an accident at work
does a business have to record infections of workers
can workers demand a mask from the company
how do we reorganise shifts so that teams do not infect each other
may I ask my workers about symptoms
what does the employer do with the health questionnaire
does the company have to pay for the time of the test
staff with symptoms go home at once
farm workers share rooms and buses, how are they protected
may I bring my employees back step by step after the lockdown
how do I protect delivery drivers from infection
older referees and trainers are at higher risk
""".strip().splitlines()

_SCHOOL = """
when do schools open again after the lockdown
is it safe to send my children back to school
what happens when a pupil in the class has corona
must the whole class go into quarantine
may a child with a runny nose come to nursery
who looks after the children while the school is shut because of the virus
how does learning at home work during the closure
does my child still get speech therapy while the school is shut
special education during the school closure
are school meals handed out although the school is closed for the epidemic
how do I tell a five-year-old about the illness
my children are frightened by the news about the virus
what can we do with the kids at home during the lockdown
keep to a routine with the children while everybody stays at home
play outside and go for walks together as a family to stay healthy
my teenager misses her friends because of the distancing
are universities holding lectures in the pandemic
the student has to move out of the hall because of corona
things that children can do at home while they cannot see friends
exercise with the whole family at home
a daily plan for children at home helps them feel safe
how parents can manage work and children at home at the same time
how do I talk with my child about fear
adults who stay calm help children to stay calm
help your child stay in contact with classmates by video
the community centre offers parents help in the pandemic
students with disabilities need extra support while the school is closed
how are exams held this year because of the virus
can I get my child's school meals without my child
how are children screened at the door of the nursery
how many children may be in one group
should toys be shared in the nursery
may parents come into the school building
how do children keep distance on the school bus
is sport at school allowed with the virus around
what help do families without internet get for learning at home
parents should be patient, everybody is under strain
make time for each child and do something together
praise your children and keep rules simple while you are all at home
ideas for playing and learning at home during the closure
how do I keep my children busy and the flat in order during quarantine
what do teenagers need in the crisis
how do I calm a baby when everybody is stressed
young people living in homes or foster care in the pandemic
""".strip().splitlines()

_RISK = """
who is most at risk from the virus
is it more dangerous for people over seventy
I have a weak heart, am I in danger from COVID
does smoking make it worse
is overweight a risk for a severe course
are babies in danger
why do some groups of people die of it more often
should I change my asthma spray because of corona
I take drugs that suppress my immune system
is it riskier for people with disabilities
are people from minorities hit harder by the illness
my mother has dementia and lives in a home, how is she protected
may I visit my father in the nursing home
visits in the hospital are forbidden
how do I look after a relative who has COVID
who cares for my disabled son if I fall ill
make a plan for the case that the carer becomes sick
keep a list of the medicines and doctors of the person you care for
I am expecting a baby, is the virus dangerous for it
can I breastfeed when I am infected
may my partner be present at the birth
should I go to prenatal appointments in the pandemic
ask somebody outside the family to check on an elderly neighbour
older relatives should not leave the house
how does a care home test its staff and residents
residents may receive visitors in the garden
is the day-care centre for the elderly open
may a parent stay with a child in hospital
is a person with HIV in greater danger
does high blood pressure make the infection worse
are people with sickle cell disease at higher risk
does vaping harm the lungs in this illness
how are people without a home protected
how do prisoners keep apart
how do care workers visit clients at home safely
how does a group home for disabled people protect residents
may a deaf patient bring an interpreter to the hospital
how do I arrange care in case I have to go to hospital
a mother with the virus and her newborn, may they be together
is the milk bank safe
""".strip().splitlines()

_HOSPITAL = """
are operations being postponed
is my knee surgery going ahead
can I go to the dentist at the moment
may I still see my doctor for a check-up
can I talk to a doctor by video
does the hospital have enough beds and ventilators
who decides which patient gets a ventilator
how do hospitals keep the infected apart
how does the ward protect its staff
how should doctors examine a patient with suspected infection
which care do patients need after intensive care
how do clinics order protective equipment
do you need retired nurses to volunteer
may I give blood during the pandemic
how are bodies of the deceased handled after infection
does a dialysis patient have to come to the centre
precautions for dental practices
will I be charged for treatment of COVID
is the virus covered by my health insurance
do I lose my health insurance with my job
do I qualify for Medicaid
the nurse on the telephone will tell you what to do
members of staff can help you to get tested
call ahead before you go to the doctor
go to the emergency department if you have trouble breathing
when should I call an ambulance for someone with COVID
stay home unless you need medical care
may the paramedics refuse to take me
how does an ambulance crew protect itself
is dialysis going on
who removes the medical waste
can hospitals use machines for two patients
are there enough hospital beds for the infected in our district
treatment at home or in the ward, who decides
what should a practice do before it opens again
how do pharmacies deliver medicine
should a person with mild illness go to a clinic
what happens to my therapy sessions
the hospice allows one visitor
may students of medicine help on the wards
""".strip().splitlines()

_MIND = """
I am so lonely because of the lockdown
how do I deal with fear of the virus
the isolation is bad for my mental health
I worry all the time about getting ill
I sleep badly since the pandemic began
watch less news if it makes you sad or anxious
how can I support a friend who is anxious about the disease
talk to somebody you trust about how you feel
is there a helpline for people who are depressed
I drink more since I am at home all day
I have not left the house for weeks because of fear
take breaks, breathe deeply, stretch and move
eat healthily, sleep enough and exercise in times of stress
stay in touch with family by telephone so that nobody feels alone
children show stress in other ways than adults
signs of burnout in nurses and carers
grief after losing someone to the virus
people are blamed for spreading the disease because of their origin
how do I stop the stigma around the illness
a family walk is good for body and mind
violence at home has grown during the lockdown, where is help
how do I stop drinking and smoking in times of stress
take a break from the screens and the reports
rest, routine and small joys help against worry
caring for yourself is important for people who care for others
set yourself small goals for each day at home
how do older people stay in contact without visits
how do I speak about death with children
someone I love is in hospital and I may not visit
frontline workers may feel guilt and exhaustion
laugh, cook and dance together with your family
meditation against fear
healthy food in times of quarantine
how do I keep fit at home
""".strip().splitlines()

_HELP = """
what help is there for people who lost their job through the pandemic
am I eligible for pandemic unemployment assistance
my unemployment benefit has run out, can it be extended because of corona
when will the stimulus payment arrive
who gets the relief cheque
how does my small business apply for the emergency loan of the government
does the paycheck programme have to be paid back
can farms and cooperatives get money from the corona relief
can the self-employed claim support for the months of the lockdown
which benefits does the relief act grant
can I be evicted during the health emergency
can I suspend my mortgage because of the pandemic
are student loans paused in the emergency
where can I get free food while I am out of work because of the virus
grants for charities that were hit by the epidemic
which costs of the outbreak does the disaster fund pay to cities
the levels of support after the disaster claim was approved
who helps me to find work again after the lockdown
is the tax deadline moved because of the virus
are driving licences valid for longer because of the closure
beware of fraud with fake cures and vaccines
somebody sells fake corona tests
is it a rumour that garlic protects against it
how do I recognise false news about the virus
how can I help my neighbours during the outbreak
where can I donate masks
which official website has news about the epidemic
how do I reach the health hotline
how do I apply for help with the funeral of somebody who died of COVID
unemployment benefits for self-employed people in the pandemic
what do I need to qualify for extended unemployment payments
the extra six hundred dollars a week have ended
does a church qualify for the payroll loan
which farms get help for losses from the outbreak
disaster assistance for cities under the emergency declaration
who pays the costs of emergency protective measures
food stamps during the pandemic
where is the food bank and is it open in the lockdown
my electricity is not cut off during the emergency, is it
hotlines for people in crisis during the outbreak
how do I protect myself from fraud with corona relief
fake health workers at the door
a letter offers me a corona grant, is it genuine
does money from the state count against an immigrant in the crisis
do I have to pay tax on the corona aid
I have not received the corona payment
what if I earned too little to file taxes, do I get the stimulus cheque
is there help with rent and electricity in the crisis
how do I prove the loss of income from the lockdown
which weeks do I have to certify for unemployment
my employer cut my hours because of corona, do I get part of my benefit
may charities and schools apply for the emergency grant
what may the emergency loan be spent on
which costs of the emergency does the disaster agency pay back
how do cities keep records for the refund of emergency costs
is food for volunteers covered by the disaster aid
can a nonprofit clinic get aid for its costs
when does the extra unemployment money end
training and job search for those who lost work in the crisis
someone calls and offers me a cheap test for my insurance number
a website sells masks that never arrive
how do I report a price that was raised for hand gel
where can I volunteer in the health emergency
how do I give money to the relief fund
""".strip().splitlines()

SENTENCES = [
    *_RULES,
    *_WORK,
    *_SCHOOL,
    *_RISK,
    *_HOSPITAL,
    *_MIND,
    *_HELP,
]
