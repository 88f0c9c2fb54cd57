"""What only sounds like health: the sick app, the test environment, the mask layer, a doctor to book."""

SENTENCES = """
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
how many days of leave do I get
book an appointment for me
find a doctor near me in the app
is it a safe country
travel safety in Italy
contamination of the data
the wound up string
I hope you can cope with the workload
my dog eats the food
who is in charge of the hospital tent
the app crashed, is it sick
the virus scanner slows my laptop down
your installer was flagged as a virus
a virus warning came up when I opened the download
malware and trojans
the malware protection put your file into quarantine
the message is held in quarantine by the mail filter
the battery's health is down to eighty percent
check the health of the disk
the health endpoint returns 503
the cluster is unhealthy
staging is our test environment
the test coverage dropped
run the unit tests before every commit
the test run was positive for all cases
test results of the build
my test payment did not go through
may I test the tent for two weeks
I want to test the product before I buy it
can I try the stove in the shop
the mask layer in the editor
how do I set a subnet mask
input mask for the date field
a diving mask for children
sleep mask and ear plugs
SQL injection attack
protect a form from code that is injected
attacks on the server
is the login safe from attacks
dependency injection in the framework
inject a script into the page
fuel injection pump
the symptom of the bug is a blank page
diagnose the network problem
the doctor command of the tool prints errors
the patient portal login does not load
operation timed out
how do I cancel the operation
surgery on the codebase
the surgical precision of the knife
the branch is dead
isolate the process in a container
isolation level of the transaction
the isolated workspace for guests
the community spreads the word
the spread of a sheet over two pages
the spread between bid and ask
exposure time of the camera
exposed port of the container
the contact form does not work
how do I trace a contact in the address book
close contacts in my phone book
import contacts
contact tracing in the CRM, who spoke with the lead
keep the distance between the pegs
distance on the map is in miles
the lockdown of the account after wrong passwords
unlock the device
phase two of the project begins in May
what is new in phase two of the roadmap
the opening of the new branch in Leeds
when does the shop reopen after the refit
are you open on Easter Monday
the rules of the forum
the restrictions of the free plan
the limit of people in a group
how many people can join the call
meeting with ten people at noon
is the meeting room free
work from home settings
how do I join the video call from home
school discount
is the tent suited to school classes
homework is due on Sunday
the course starts in January
learning path for students
toys for a five-year-old
family ticket
the family plan for five users
walk the dog
is the mat comfortable
the sleeping bag is not warm enough and I was cold all night
how do I sleep better in a tent
the strap presses on my shoulder
the shoes rub a little
stretch of the fabric
first responder plugin
response time of support
the emergency exit of the tent
the emergency number of the bank
which insurance covers a lost parcel
does the insurance pay for the broken phone
health insurance card design
benefits of the premium plan
what benefits do members have
am I eligible for the discount
am I eligible for a loan
apply for a loan
how do I get a loan for a car
when is my tax refund paid
file my tax return
pay back the advance
when do I get my salary
roll over my pension fund
has my vacation been approved
how do I clean the tent floor
remove stains from the fabric
clean the cache
wash at thirty degrees
the bleach faded the colour
is this soap biodegradable
gloves for ice climbing
what size are the gloves
do the goggles fit over glasses
a gown for the ball
is the rain cover of cloth
the face of the watch is scratched
smoke comes out of the stove
the smell of the new tent
carbon footprint of the delivery
vitamins in oranges
how much protein is in beans
substitute for butter in a cake
how long does milk keep
is the meat still good
what is the recipe for soup
how is the traffic in Boston
is it safe to leave the tent in the rain
is there a storm warning for Mexico
do I need a visa and a passport for Kenya
which plug do they use in Kenya
how long is the flight
what is the weather in Rome
the trial period ends on Friday
cancel the trial
the case of the phone
a case for the glasses
fraud case at the bank
the survey has ten questions
shot of the screen
it was a shot in the dark
booster seat for the car
the signal booster
a plug-in against spam
the plague of spam mails
the infection of a website with code
my site was infected by malware
the growth of the colony of ants
treat yourself to a new pack
a treat for the dog
nurse a grudge
nursing the project along
the care instructions on the label
customer care was good
take care
get well soon card
a headache of a form
that hurts to look at
an allergic reaction to meetings
a bitter pill to swallow
running a fever of work
can I reserve a table by the window
is there a table free tonight
how busy is the restaurant
what are the opening times of the museum
how long does the bus to the centre take
how do I get to the airport
are there delays on the trains
when does the next train leave
is there a strike at the airport
find a doctor who speaks French
find a dentist in this town
book the dentist for Monday at ten
put the dentist in my calendar
a taxi to the clinic please
are dogs allowed in the hotel
may I bring my dog to the shop
which room is free in July
how safe is this neighbourhood
is tap water safe in Egypt
may I use a library in the homework
is it allowed to use a notebook in the exam
what is the difference between the two models
what does this error mean
how do I explain this to my team
how many users are active today
the numbers of last week are wrong
how do I protect myself from spam
can this be dangerous for my data
should I be worried about this message
we have not felt at home in this flat for a long time
I do not feel well represented
he supports his friend through it
the university is not taking new students
the workers want higher pay
unemployment is rising, says the paper
the government pays farmers
how do I find a job as a designer
which shops sell it
are you hiring
what does the state do with our taxes
pandemonium
no, that is not needed
no, it will not be necessary
is that necessary
are there other houses on offer
an apartment with three bedrooms and two baths
I want two rooms with a double bed
somewhere to eat that is not expensive
do they serve wine
is there a bus to the town
which line goes to the stadium
the number of passengers is wrong
what is there to see in the city
show me events around here
do they do manicures
the schedule of the doctor
find me a paediatrician in Leeds
book the doctor at noon
do I need a visa for the journey
does the country ask for a visa on arrival
are there warnings for travellers to Brazil
how dangerous is a flight over the mountains
which policy holds for hand luggage
what is the company's policy on returns
put wipes and sponges on the shopping list
I am out of cleaning things
lock the doors
shut the garage
is the library too much of a help in the exam
a guide for building a server at home
who presented the award to the president
oil or butter for frying
how do I keep the windows from misting up
is coffee addictive
are crisps healthy
when was the king's last visit to Scotland
a job as a security officer
the organisation has two departments
switch to another organisation
who may post in this channel
which roles and permissions are recommended
do not allow guests in this stream
set a limit for how long messages can be moved
statistics of the organisation
posting the notes of a lecture
clean up after the class has ended
the workspace for teachers and staff
the visibility of names
the fit of the model to the data
how do I flatten the list
the mean and the deviation of a sample
split the data for validation and test
the prediction changed a little
which method identifies related features
the environment could not be removed
can I use both tools together
whom do I ask about the homework
is a laptop enough for the course
guide for the activities of week two
lodge a complaint against the company
I want to buy several products
how do I talk to somebody at your company
are pets allowed in this house
is the place suited to children
we are a group of four
a table for five people
can you suggest another doctor from the list
what is the rating of this doctor
how safe is it to visit the country
is there any danger on the road at night
how do I enter a sick day in the app
are these eggs still good to eat
how long do leftovers stay fresh
is it fine to mix the two sauces
are there guidelines for the project
is there a new cohort next year
is it acceptable to use it for the project
which range should I test for the parameter
what are the benefits of my plan
how do I break a bad habit
the carry-on is too big for the flight
how many bags may I take on the plane
viral video
the post went viral
""".strip().splitlines()
