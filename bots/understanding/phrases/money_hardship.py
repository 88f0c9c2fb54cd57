"""Somebody cannot pay, or is in trouble with money."""

POSITIVE = """
I cannot afford to pay this
I can't pay my bill this month
I lost my job and cannot pay
I am unemployed and have no money
I am broke until payday
I have no money left for food
can I pay in instalments because money is tight
could I get more time to pay
I need a payment plan because I am struggling
we are struggling to make ends meet
I live on benefits and this is too much for me
I am on a low pension and can't manage the payments
my hours were cut and I am behind on my payments
I am behind with the rent
I am in debt and don't know how to get out
I have debt collectors after me
I am going bankrupt
I filed for bankruptcy
my account is overdrawn and your charge made it worse
this direct debit put me into overdraft
please don't charge me now, my account is empty
I had to choose between heating and eating
we are going through financial hardship
I am in financial difficulties
is there any help for people who cannot afford it
do you have a hardship programme
can you waive the fee, I really can't afford it
I am a single mother and every pound counts
my husband died and I cannot pay for it any more
since my divorce I can't keep up with the payments
I am homeless at the moment
I have been evicted and have nothing
my wages have not been paid and I can't pay you
I cannot pay the late fee
the late fees are ruining me
I would have to borrow money to pay it
I already sold my things to pay bills
I need the refund to pay my rent
without the refund I can't buy food for my kids
I am waiting for my refund and have no money for groceries
please, I need that money back, it is all I had
I have been made redundant
my business failed and I cannot pay the invoice
we cannot pay your invoice because a customer did not pay us
I get social welfare, is there a discount
I can only pay ten pounds a month
I cannot meet the repayments
I missed two payments because I was ill and had no income
can you postpone the payment until I get my salary
my card has no money on it until the end of the month
we are a charity without money and cannot pay
ich kann die Rechnung nicht bezahlen
ich habe kein Geld mehr
ich bin arbeitslos und kann nicht zahlen
kann ich in Raten zahlen, das Geld ist knapp
""".strip().splitlines()

NEGATIVE = """
can I pay in instalments
do you offer payment in three parts
which payment methods do you take
how do I pay by invoice
the payment failed
my payment did not go through
I cannot pay because the button does nothing
the checkout does not let me pay
is there a student discount
do you have a discount code
the price is too high compared with others
that tent is expensive
is there a cheaper stove
I want my money back
where is my refund
when will the refund arrive
how much money is in my account
transfer money to savings
pay my credit card bill
what is the minimum payment
when is my bill due
how do I ask for a raise
what is my salary after tax
exchange dollars to euros
how do I save money on shipping
gift card balance
the zip is broken
the tent is broken
it broke on the first day
my phone is broken
I am waiting for my reimbursement
how do I get a refund
how do I request a refund
I would like a compensation for the delay
pay my electricity bill
help me to pay a bill in the app
how much are my bills this month
what do I have to pay at least this month
how do I pay my mortgage online
I have a problem with a payment
how can I earn points
what is the lowest price
""".strip().splitlines()

EXPRESSIONS = (
    r"\b(can ?not|can.?t|cant|could ?n.?t|unable to|not able to|un-?able to|no longer) (really |even |"
    r"longer |possibly |simply )?afford\b",
    r"\b(lost my job|laid off|made redundant|unemploy\w+|jobless|out of work|bankrupt\w*|insolven\w+|"
    r"debt collect\w*|in debt|overdraft|overdrawn|financial (hardship|difficult\w+|trouble|struggle\w*|"
    r"crisis|problems?)|hardship|make ends meet|food bank|homeless\w*|paycheck to paycheck|"
    r"struggling (to pay|financially)|no money (left|for|to)|have no money|on benefits|foreclos\w+)\b",
    r"\b(behind (on|with) (my|the|our) (payments?|rent|bills?|mortgage))\b|\bmoney is (very |so )?tight\b",
    r"\b(can ?not|can.?t|cant|unable to) pay (my|the|this|for|you|it|rent|bills?)\b"
    r"(?!.{0,30}\b(because the|button|page|checkout|error|card is)\b)",
    r"\b(arbeitslos\w*|kein geld( mehr)?|nicht leisten|insolven\w*|schulden|nicht (be)?zahlen (kann|können)|"
    r"kann\b.{0,25}\bnicht (be)?zahlen|finanzielle\w* (not|schwierigkeit\w*|problem\w*))\b",
)
