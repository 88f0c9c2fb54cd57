"""Personal data: what is kept, deleting it, a leak, a wish under the data protection law."""

POSITIVE = """
delete all my personal data
I want you to erase everything you know about me
which data do you keep about me
send me a copy of all my personal data
I make use of my right of access under the GDPR
this is a subject access request
I withdraw my consent to the use of my data
stop selling my data
who did you share my address with
why do you have my phone number
I never gave you permission to store my data
please remove my details from your database
how long do you keep my personal information
I object to the processing of my data
I want to exercise my right to be forgotten
delete my account and all the data in it
who is your data protection officer
I want to talk to your privacy officer
you sent somebody else's invoice to me with their address
I can see another customer's order in my account
my data was leaked
was my information part of the data breach
you published my name and email without asking me
I will complain to the data protection authority
is my data stored outside the European Union
does your chat record what I write and who reads it
do you pass my data on to third parties
stop tracking me
remove my photos and my name from your website
your privacy policy violates the law
why was my email address given to advertisers
I want my chat history deleted
please correct the personal data you hold about me
my personal information is visible to others
I did not agree to marketing emails, delete my address
you put all customers in copy so that everybody sees my address
are my payment details stored and who can see them
give me all records you have about my account under the data protection act
California privacy rights request
do not sell my personal information
I demand that you delete my data within a month
is what I write here used to train an AI
a courier left my papers with my address in the open
my medical data was sent to the wrong person
someone at your company looked at my private data
bitte löschen Sie alle meine Daten
welche Daten haben Sie über mich gespeichert
ich verlange Auskunft nach der DSGVO
wer ist Ihr Datenschutzbeauftragter
ich widerrufe meine Einwilligung
""".strip().splitlines()

NEGATIVE = """
how do I delete my profile picture
how do I change my profile picture
delete a message
delete a channel
how do I delete an order from my list
how do I edit my personal details
change my address
update my phone number
how do I delete my account
close my account
delete my user account
unsubscribe from the newsletter
I want to stop your newsletter
turn on private messages
make the channel private
is the forum private
export my chat history as a file
export data to a spreadsheet
import data from a file
load the data into the database
the data pipeline fails
data type of the column
delete the data in the table
how do I delete a dataset
database connection error
mobile data plan
how much data do I have left
data roaming abroad
track my order
tracking number
clear the cache and cookies
share my location
what is your address
cookie recipe
set my profile to invisible
review the privacy settings
where are the privacy settings
what is the GDPR
do you comply with the GDPR
information in a user's profile
information about the other users
search messages by sender
what is shown in my profile
""".strip().splitlines()

EXPRESSIONS = (
    r"\b(gdpr|dsgvo|ccpa|data protection|subject access|right to be forgotten|data breach|data leak|"
    r"privacy (officer|rights|violation|breach|law\w*|request|complaint|policy violat\w+))\b",
    r"\b(delete|erase|remove|wipe|forget|destroy)\b.{0,25}\b(all )?(of )?(my|our|the) (personal |private |"
    r"customer |own )?(data|information|details|records)\b",
    r"\b(what|which|all)( of the)?( personal)? (data|information)\b.{0,30}\b(about|on) me\b",
    r"\b(my|our|customers?'?) (personal |private |customer )?(data|information|details) (was|were|has been|"
    r"have been|got|is being|are being) (leaked|stolen|sold|shared|published|exposed|breached)\b",
    r"\b(sell(ing)?|sold|shar(e|ed|ing)|pass(ed|ing)? on|leak(ed|ing)?|misus(e|ed|ing)) (all )?(of )?my "
    r"(personal |private )?(data|information|details|address|number|e-?mail)\b",
    r"\bwithdraw (my )?consent\b|\bpersonal (data|information) (you|that you|stored|kept|held)\b|"
    r"\b(somebody|someone|another (customer|person|user))( else)?'?s (data|details|address|invoice|order|"
    r"information)\b",
    r"\b(datenschutz\w*|einwilligung\w* widerruf\w*|personenbezogen\w*)\b|"
    r"\bmeine\w* (persönlichen )?daten\b.{0,25}\b(lösch\w+|gespeichert|weitergegeben|auskunft)\b|"
    r"\blösch\w*\b.{0,25}\bmeine\w* (persönlichen )?daten\b",
)
