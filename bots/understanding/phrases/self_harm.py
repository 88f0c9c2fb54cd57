"""Somebody may hurt themselves, wants to die, or is in danger."""

POSITIVE = """
I want to die
I don't want to live any more
I want to kill myself
I am thinking about ending my life
I have been thinking about suicide a lot lately
I feel suicidal
there is no point in going on living
nobody would miss me if I were gone
everyone would be better off without me
I can't take it any more and I just want it all to stop
I wish I would not wake up tomorrow
I wish I had never been born
I have a plan to end it tonight
I wrote my goodbye letters
I am going to take all my pills at once
what is the least painful way to die
how many sleeping tablets does it take to overdose
I took an overdose
I cut myself again last night
I have been cutting my arms since I was a teenager
I hurt myself when I feel empty
I burn my skin so that I feel something
the urge to harm myself is getting stronger
I am hiding the scars on my wrists
I relapsed and started self-harming again
I punish myself by not eating
I starve myself because I hate my body
I make myself throw up after every meal
I binge and then purge and cannot stop
I hate myself so much that I deserve to be hurt
I keep imagining jumping from the bridge
I stood on the roof and thought about jumping
I was standing on the platform thinking of stepping in front of the train
I am holding a knife and do not trust myself
I bought a rope and I know where to hang it
I tried to kill myself last year
I survived a suicide attempt
my friend says she is going to kill herself
my brother posted that he wants to end his life
my daughter is talking about not wanting to be alive
my son has been cutting himself and I don't know what to do
I have lost all hope and see no future for me
life is not worth living
I am too tired of life to go on
I feel like a burden to everybody and want to disappear for ever
the only thing keeping me alive is my dog
I do not feel safe with myself tonight
I am scared that I will do something to myself
he said he would kill me and he is outside my door
my husband hits me and I am afraid for my life
someone is threatening to kill me
I am in danger and need help now
I am alone, bleeding and I cannot get up
dying would be easier than this
I think about death every single day
sometimes I think it would be better to be dead
I just want to sleep and never wake up
pain is the only thing that calms me so I scratch my skin open
I want to disappear and never come back
I am planning to commit suicide
ich will nicht mehr leben
ich möchte sterben
ich denke an Selbstmord
ich habe mich wieder geritzt
ich will mir das Leben nehmen
""".strip().splitlines()

NEGATIVE = """
kill the process that hangs
how do I kill the background task
this hill is killing me
the weather nearly killed us but the tent held
my phone died on the way
the battery is dead
the app keeps dying
I could die for this chocolate
I am dying to try the new stove
I nearly died laughing
to die for
the plant died
cut the rope to length
how do I cut the fabric
I cut the label off
can I burn wood in the stove
the stove burns with a yellow flame
I burned a hole into the tent
the jump ropes are sold out
hanging the tent up to dry
how do I hang the hammock
a knife for the kitchen
self-inflating mat
end my subscription
end the call
I want to end my membership
I can't take it with me on the plane
how do I remove myself from the list
I want to delete myself from the group
the train platform is close to your shop
is it safe to cook inside the tent
the danger sign on the gas bottle
what is the danger of carbon monoxide
the movie is about a murder
the article is about a politician who was killed
the police are looking for the killer
he was found dead in his flat, the paper says
that joke was painful
I hate this colour
I hate this film
what is the meaning of life
set a reminder for my funeral insurance
never give up
you will be stronger after the training
I am worried about him
smoking kills
I gave up on that project
all I want is to be left alone by your newsletter
the deadline will kill us
or else the plant will die
he was sorry for your loss
""".strip().splitlines()

EXPRESSIONS = (
    r"\bsuicid\w+",
    r"\b(kill(ing)?|hurt(ing)?|harm(ing)?|cut(ting)?|hang(ing)?|shoot(ing)?|drown(ing)?|end(ing)?|"
    r"starv(e|ing)|burn(ing)?|punish(ing)?|injur(e|ing)|scratch(ing)?) "
    r"(myself|my ?self|my (own )?life|it all|themsel\w+|himself|herself)\b",
    r"\bself[- ]?(harm\w*|injur\w+|mutilat\w+|destruct\w+)",
    r"\b(want(ed|ing|s)?|wanna|wish(ed|ing)?|going|ready|prefer|rather|like) (i was |i were |to be |"
    r"to )?(die|dead|not be alive|never wake up)\b(?! (for|to))",
    r"\bi('m| am| was) (better off|gonna be|going to be) dead\b|\bbetter off (dead|without me)\b",
    r"\b(do ?n.?t|not|no longer|no point|no reason|never|without) (really )?(want(ing)? |in |of )?(to )?"
    r"(be alive|live any ?more|live anymore|liv(e|ing) (this|my) life|be here any ?more|going on living|"
    r"living any ?more|go on living|exist any ?more|wake up)\b",
    r"\b(tak(e|ing)|end(ed|ing)?) (my|his|her|their|your) (own )?li(fe|ves)\b",
    r"\blife (is|isn.?t|is not) (not |no longer )?worth (it|living)\b|\btired of (life|living)\b",
    r"\b(took|take|taking|taken) (an |a whole |all (of )?(my|the) )(overdose|pills|tablets|bottle of pills)",
    r"\boverdos(e|ed|ing) on\b|\bslit(ting)? my\b|\bcut my (wrists?|arms?|legs?|thighs?|skin)\b",
    r"\b(anorexi\w+|bulimi\w+|bing(e|ing) and purg\w+|eating disorder)\b",
    r"\b(nicht mehr leben|umbringen|selbstmord|suizid\w*|selbst verletz\w+|ritze mich|mich (zu )?ritzen)\b|"
    r"\bmir das leben nehmen\b|\bich (will|möchte|würde gerne?) sterben\b",
    r"\b(je veux mourir|quiero morir\w*|suicidar\w*|me suicider|voglio morire|ik wil dood)\b",
)
