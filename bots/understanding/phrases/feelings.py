"""Being distressed, and being confused: two feelings that need a person or a clearer word."""

DISTRESSED = """
I am desperate
I am really scared
I am so afraid
I am panicking
I am having a panic attack
I can't stop crying
I am in tears
I have been crying all day
I am shaking
I don't know what to do any more
I don't know where to turn
please, I beg you, help me
I am at the end of my rope
I am completely overwhelmed
this is all too much for me
I can't cope with this
I am terrified of losing everything
I am worried sick
I cannot sleep because of this
I feel so helpless
I feel hopeless
I am all alone with this
please help, I am in despair
my heart is racing
I am devastated
my mother just died and I cannot deal with this now
we lost our child
I feel like my world is falling apart
I am so stressed that I cannot breathe
I am losing my mind with worry
I am frightened for my children
ich bin verzweifelt
ich habe solche Angst
ich weiß nicht mehr weiter
ich kann nicht mehr
""".strip().splitlines()

NOT_DISTRESSED = """
I am afraid that this is the wrong size
I need a doctor
I need to find a doctor
I would like to see a doctor
I am sorry for your loss
I need help with my order
I have already called twice to find out
I am afraid not
I am worried that the parcel will not arrive in time
don't panic
it is too much for one person to carry
what a scary film
the onions make me cry
I was crying with laughter
I don't know what to do with the old box
I don't know which size to take
do you know what to do when it rains
we are alone on the campsite
I am stressed about the exam, said the student
I fear the zip is broken
no need to worry
my battery died
heart rate monitor
I am worried about him
that film made me cry
crying with joy
your song brought me to tears
don't be scared
""".strip().splitlines()

CONFUSED = """
I don't understand
I do not get it
I don't understand what you mean
what do you mean
what do you mean by that
what does that mean
I am confused
this is confusing
I'm lost
you lost me
I don't follow
that makes no sense to me
can you explain that more simply
could you explain that again
sorry, what
huh
pardon
I am not sure what you want from me
I have no idea what that is
which one do you mean
where exactly do I find that
I don't see that button
I can't find what you describe
there is no such menu here
what am I supposed to do now
and what do I do with that
in plain words please
that is too technical for me
what exactly should I click
ich verstehe das nicht
was meinen Sie damit
das verwirrt mich
""".strip().splitlines()

NOT_CONFUSED = """
what does the warranty cover
what does it cost
which size do I need
where do I find my invoice
I understand
I see, thanks
that makes sense
now I get it
got it
can you explain how the stove works
explain the difference between the two tents
he does not understand football
what do you recommend
what do you have in stock
the film was confusing
I lost my receipt
I don't understand French
nobody understands me
""".strip().splitlines()

DISTRESSED_EXPRESSIONS = (
    r"\b(i('m| am)|feel(ing)?) (so |very |really |completely |absolutely |just )*(desperate|terrified|"
    r"panick\w+|devastated|hopeless|helpless|in tears|in despair|overwhelmed|scared|frightened|"
    r"heartbroken|falling apart|shaking)\b",
    r"\b(panic attack|can.?t stop crying|crying all|(i have|i've) been crying|begging you|i beg you|"
    r"end of my rope|at my wits'? end|worried sick|can.?t cope|can.?t take (it|this) any ?more|"
    r"(don.?t|do not) know (where to turn|what (else )?to do any ?more))\b",
    r"\b(verzweifelt|panik|angst um|am ende meiner kräfte|weiß nicht mehr weiter)\b",
)
CONFUSED_EXPRESSIONS = (
    r"\b(i )?(do ?n.?t|do not|still don.?t|can.?t|did ?n.?t) (really |quite |even )?(understand|get) "
    r"(it|this|that|you|what (you|this|that)|your|any of)\b|^\W*i (do ?n.?t|do not) (understand|get it)\b",
    r"\b(i am|i'm|im|got me|this is|that is|that's|so|very|totally|now i'm) (a (bit|little) |so |very |"
    r"really |completely |totally |rather |quite )?(confus(ed|ing)|lost|puzzled|baffled)\b(?! (my|the|a|his|"
    r"her|it|our|in the (post|mail)))",
    r"\bwhat do you mean\b|\bwhat does (that|this) (even )?mean\b|\bmakes no sense\b|\byou('ve)? lost me\b|"
    r"^\W*(huh|what|pardon|eh)\W*$|\bwhat are you (talking|on) about\b",
    r"\b(verstehe (das|ich|dich|sie|es) nicht|versteh ich nicht|was meinen? (sie|du)|verwirrt|verwirrend)\b",
)
