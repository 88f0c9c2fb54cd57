"""Says that a charge, an invoice or a refund is wrong."""

POSITIVE = """
I was charged twice
you charged me the wrong amount
this invoice is wrong
I dispute this charge
I never ordered that, why am I billed for it
you took money from my account although I cancelled
I was billed after I cancelled
why was I charged for that
the amount on the invoice is higher than agreed
you overcharged me
I want a refund for the double payment
I paid already and still got a reminder
I got a reminder although I have paid
this fee is not justified
what is this extra fee on my bill
I refuse to pay this invoice
I will not pay for this
I will get my bank to reverse the payment
I am going to do a chargeback
there is a mistake on my bill
my refund is too low
you refunded the wrong amount
I have not received my refund after six weeks
the discount was not taken off my bill
you billed me for items that I sent back
my card was charged but the order was cancelled
charged me 89 pounds instead of 79
you charged me 89 pounds instead of 79
I was billed £129 but the website said £109
my card shows two payments for one order
the total on my receipt doesn't match what I agreed to
the discount code was accepted but I still paid full price
I only got £40 back, it should have been £60
the shipping was supposed to be free and you took 4.95
money left my account but there is no order
I sent it back three weeks ago and the refund has still not come
why is there 15 euros more on my statement
I paid for two and received one, I want the difference back
you refunded the tent but not the postage
I never agreed to that charge
I see a payment to you that I don't recognise making
the invoice says three mats, we bought two
you took 54 euros when the price was 45
the price at checkout was 30 but 35 came off my card
it was in the sale for 60 and I have been billed 80
there are two identical payments on my bank statement
the amount you debited is not what was shown
my voucher was not deducted from the total
I got 20 back instead of 32
postage was charged although I spent over 50
you have my money and I have no confirmation
still no refund a month after I returned the boots
my bill is ten pounds more than it should be
I was charged for three items and only one came
the return fee should not have been taken off my refund
nobody told me about this extra cost and I want it back
please explain this charge, I did not buy anything in May
our invoice lists a delivery that we never got
I have been charged 120 but my order was only 95
why did you take 15 pounds from me yesterday
the sale price was 40, you billed 55
same amount went off my card two times
you still owe me 25 euros from the return
my invoice is wrong, we ordered ten not twelve
I got a bill for something I sent back
you promised 10 percent off and it is not on the invoice
my refund is 8 pounds short
a delivery fee was added although it said free delivery
I cancelled the order and the money was still taken
there is a charge from you on my card that I know nothing about
you have not paid back the postage
I was asked to pay customs that should have been included
the gift card was emptied but the order failed
the deposit was never returned to me
Sie haben doppelt abgebucht
die Rechnung ist falsch
ich habe schon bezahlt und bekomme eine Mahnung
""".strip().splitlines()

NEGATIVE = """
how do I pay
which payment methods do you take
how do I get an invoice
send me the invoice again
where do I find my invoices
can I pay by invoice
what does it cost
is there a fee for returns
when will I get my refund
how long do refunds take
what is your refund policy
pay my bill
when is my bill due
what is my balance
change my billing address
my payment failed
my card was declined
why was my payment declined
my payment was refused and I want to know why
charge the battery
how long does charging take
the charger is broken
delivery charge to Norway
what does it cost to cancel
check the cancellation fee
track my refund
I would like a refund
get my money back for a returned tent
refund of 40 pounds
how do I ask for a reimbursement
where is my order
my order came today, thank you
can I change the colour of my order
the tent costs 79 pounds, is that right
how much do you charge for repairs
I would like to pay by card instead of invoice
I ordered the blue one and would like the green one
can I use two discount codes
when is my refund coming
is shipping free over 50 pounds
could you send me the invoice for my order
do you price match
is there a charge for returns
I paid with a gift card, can I still return it
how long until the money is back on my card
we are 30 people, is there a discount
the payment page does not load
how do I charge the head torch
I would like to send back two items from one order
is 60 pounds the price for both
how much does the repair cost
do you charge for the second delivery attempt
I want to order 12 lamps for our scout group
does the discount apply to sale items
how can I pay
is it possible to add a pole to my order
""".strip().splitlines()

EXPRESSIONS = (
    r"\b(charged|billed|debited|paid|deducted|invoiced|booked)( me)? (twice|two times|double|three times|"
    r"too much|again|the wrong|an extra|more than|in error|wrongly|incorrectly)\b",
    r"\b(charged?|billed?|debited|paid|took|deducted|booked|taken|withdr\w+)\b.{0,30}\b(twice|two times|"
    r"double|three times)\b",
    r"\b(double|duplicate|wrong|incorrect|unjustified|unexpected|extra|hidden|excessive) (charges?|billing|"
    r"payments?|bill|invoice|amount|fees?)\b",
    r"\b(over-?charged|overbilled|charge-?back|dispute (this|the|a|my) (charge|bill|invoice|"
    r"payment|fee|amount)|"
    r"(refuse|not going|won.?t) to pay|money back guarantee claim)\b",
    r"\bwhy (was|were|am|have|did) (i|we|you)\b.{0,20}\b(charged?|billed?|invoiced?|debited?)\b",
    r"\b(invoice|bill|amount|charge|fee) (is|was|looks|seems) (wrong|incorrect|too high|"
    r"not (right|correct))\b",
    # An amount, and another one that it should have been; two payments; what was never agreed.
    r"\b(charged?|billed?|debited|paid|took|taken|deducted|invoiced|refunded|credited|got)\b[^.!?]{0,40}\d"
    r"[^.!?]{0,30}\b(instead of|rather than|(but|and) (it )?(should|not)|should (have|be))\b[^.!?]{0,40}\d",
    r"\b(was|said|shown?|agreed|price|sale)\b[^.!?]{0,40}\d[^.!?]{0,25}\b(and|but|yet)\b[^.!?]{0,25}\b"
    r"(charged|billed|debited|taken|took|came off|invoiced)\b",
    r"\b(two|2|three|3|double|identical) (identical )?(payments|charges|debits|transactions)\b[^.!?]{0,40}\b"
    r"(statement|card|account|one order|bank)\b",
    r"\b(never|did ?n.?t|did not) (agreed? to|authori[sz]ed?) (that|this|the|any|a) (charge|payment|fee)\b|"
    r"\b(charge|payment|debit)\b[^.!?]{0,30}\b(don.?t|do not|not) recogni[sz]e",
    r"\b(doppelt (abgebucht|berechnet|bezahlt)|falsch (berechnet|abgebucht)|rechnung (ist|stimmt) "
    r"(falsch|nicht)|zu viel (berechnet|abgebucht|bezahlt))\b",
)
