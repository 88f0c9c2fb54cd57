"""What customers write about anything else, and what is said in passing: noticed by no detector."""

SENTENCES = """
where is my order
when will my parcel arrive
track my delivery
how do I return the tent
I want to send it back
how do I exchange it for another size
the zip of my jacket is stuck
the tent pole is bent
one peg is missing
how do I wash a sleeping bag
which mat is the warmest
does the stove fit this gas bottle
how heavy is the pack
is it in stock
do you ship to Norway
what does shipping cost
change my delivery address
change my email address
reset my password
I cannot log in
how do I create an account
subscribe to the newsletter
do you have a shop in Berlin
when are you open
can I pick it up in the shop
I have a voucher code
the code does not work
can I get an invoice
send me the invoice again
there is a mistake on the invoice
how do I pay
do you take credit cards
my payment failed
cancel my order
change the colour of my order
the wrong size was delivered
do you repair old tents
how long does a repair take
what does the warranty cover
can I rent gear for a weekend
we need forty tents for a school
do you give a discount for clubs
write a review
I am very happy with it
thank you, that helped
great service
hello
good morning
yes please
no thanks
okay
maybe later
what can you do
who made you
what is your name
tell me a joke
what time is it
what is the weather like tomorrow
set an alarm for seven
remind me to call my mother
play some music
next song
turn the volume down
turn on the lights
what is on my calendar today
schedule a meeting
add milk to my shopping list
read my to-do list
where did I park my car
how far is it to the station
how is the traffic on the way to work
book a flight to Lisbon
find a hotel in Rome
reserve a table for two
how do I cook rice
recipe for pancakes
how many calories does bread have
what does this word mean
how do you spell it
translate good night into Spanish
what is twelve times eleven
convert miles to kilometres
flip a coin
who won the match
how old are you
where do you come from
what are your hobbies
change the language to German
speak more slowly
repeat that
what is my bank balance
pay my electricity bill
transfer money to my savings account
how much did I spend last week
what is my credit score
what is the interest rate
when is the bill due
order new cheques
what is my account number
how do I get a better credit score
apply for a credit card
report of the week
my car needs new tyres
when is the oil change due
how much petrol is in the tank
how many holidays do I have left
ask for a day off
how much tax do I pay
when do I get paid
what insurance do I have
my flight is delayed
is my luggage tracked
do I need an adapter for the plug
how do I install the app
the app crashes when I open it
how do I turn on dark mode
how do I change the notification sound
how do I add a user to a group
how do I make a channel
how do I mute a topic
how do I format a message
how do I upload a file
import from another tool
connect it with our calendar
an error appears when I run the command
how do I install Python packages
the container does not start
permission denied when I open the file
cannot connect to the database
which version do I need
how do I submit the homework
when does the course begin
do I get a certificate
I missed the deadline of the homework
what is the difference between the two
how do I set an environment variable
it works on my machine
we had a nice dinner yesterday
he plays football with his brother
she told him that the film was boring
they went home early
the book is about a family in a village
in the article the author describes the city
the company announced new prices
a man walked into a shop
the team won the championship
the government plans a new road
people like to talk about the weather
the character in the story is a wizard
I love this song
my dog is so cute
that is a good question
I think that is a fair point
you are right
I am not sure about that
I went hiking with my friends
it rained all weekend
my son plays in the garden
we moved into a new flat
I study at the university
I work in an office
I started a new job
my birthday is next week
wo ist meine Bestellung
wie kann ich das zurückschicken
passt der Kocher auf diese Kartusche
wann haben Sie geöffnet
was kostet der Versand
ich möchte meine Adresse ändern
vielen Dank
guten Tag
""".strip().splitlines()
