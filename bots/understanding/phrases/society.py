"""What people write about the world and each other, roughly at times: no topic of a customer."""

SENTENCES = """
the minister said that the borders must be closed
he was elected for a second term
the party lost many votes in the north
they demonstrated against the war
the soldiers marched through the town
the terrorists attacked a market
the priest spoke about forgiveness
people of that faith pray five times a day
all of them are criminals if you ask me
women should be paid as much as men
he made a joke about his mother-in-law
she kissed him and took off her coat
they slept together on the first night
the story is for adults only
he hit the other player in the match
the boxer was knocked out in round three
the knife fight ended badly for the thief
the film shows a lot of blood
she was beaten by her uncle as a child
the murder took place in a small village
he carried a gun and fired at the crowd
the museum shows weapons of the last century
the book tells of the suffering in the camps
he is an idiot and should shut up
go back to where you came from
you people are the problem of this country
I will find you and you will regret it
the essay argues for more equality
I hope all goes well for you
that sounds rather suspicious to me
a hug from me to you
it only made me angrier
would you feel better if he said sorry
be good to yourself
how scary, but she loves you
nobody was harmed, luckily
people can be so rude in such moments
there is no benefit in a bigger car
the climate is changing and we should all act
it is only news when somebody shouts
small states matter in this election
minorities should have the same rights
the police should have cameras in their cars
the family was attacked because of where they come from
their house was sprayed with slogans
women do not feel safe in the streets at night
state workers have done nothing for weeks
I laugh when I am nervous
let it go
he hides his bottles
it happens to me all the time
donate and take part
the economy is shrinking and prices rise
the newspaper printed a letter to the editor
scientists disagree about it, says the article
the research leaves out half of the people
the company pays no taxes
the strike of the drivers goes on
the law was passed by parliament
our teacher told us about the empire
the team lost because the captain limped
I drank too much at the party
we smoked on the balcony
love and hate are close together
he left her for another woman
growing up without a father was hard
I am proud of how far I have come
thank you for your letter, it meant a lot to me
I did not sleep because of the noise of the neighbours
""".strip().splitlines()
