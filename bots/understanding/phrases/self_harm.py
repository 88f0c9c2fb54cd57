"""Somebody may hurt themselves, wants to die, or is in danger."""

POSITIVE = """
I want to die
I don't want to live any more
I want to kill myself
I am thinking about ending my life
suicide has been on my mind for weeks
I feel suicidal
there is no point in going on living
nobody would miss me if I were gone
my family would have it easier without me
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
nothing means anything any more, so I want to cut again
I let my own blood run to feel better
I draw blood from my arm on purpose
I hit my head against the wall when I am angry with myself
I pull out my hair until it bleeds
I swallowed something so that I would get ill
I want to feel the blade again
I have been clean for three months and now I want to cut
how do I hide the cuts from my parents
I would never hurt others, only me
I keep the pills in the drawer for when I have the courage
it is only a question of time until I do it
I am only waiting until I can finally go
I only stay alive for my family
if I am gone by the weekend, look after my cat
this is my last message to you
tonight is the last night
I do not want to be here any more
I do not want to exist
being dead would be a relief
I envy people who are dead
I wish a car would hit me
I think of driving into a tree
I looked up how much of it is deadly
which height is enough for a fall to be certain
do you know a way to die that does not hurt
how do I tie a noose
I have a gun and I want to use it on myself
I do not deserve to live
I am worthless and should not be alive
the voices tell me to hurt myself
I think of killing myself whenever I am alone
I promised not to do it but the thoughts are back
my eating disorder controls me, I binge and vomit every night
I only eat an apple a day because I am disgusting
I run until I faint because I ate
I abuse laxatives to get thin
I want to be so thin that I disappear
my best friend cuts herself and made me promise to tell nobody
my sister took too many tablets
a colleague wrote me a farewell letter
my child says that he wants to be dead
he locked himself in and says that he will kill himself
she stands on the bridge and will not come down
my father beats me and I cannot get out
my partner choked me last night
I am being held here and cannot leave
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
there is hope, and you are not alone
if you struggle, talk to somebody you trust
I recovered from it and want to give others courage
a book about grief
he lost his life in the war
a song about suicide was on the radio
the article warns about the dangers of diets
I have a knife for the bread
she has a scar from the operation
the vampire in the film drinks blood
I gave blood at the hospital
I cut my finger while I cooked
a colleague said farewell to us
this is my last message about the refund
I am waiting until I can finally go home
I do not want to be here at the party any more
tonight is the last night of the holiday
I do not want to be in this group any more
I do not want to play with them any more
he deserves better
my team lost and I could cry
I am worthless at chess
I am so tired of this
I run every morning
I eat an apple a day
how do I lose weight for the summer
how do I tie the guy line
which height can I pitch the tarp at
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
