//! What people say, by topic. In braces: `{n}` a number, `{money}`, `{day}`, `{mail}`, and `{name}`, a word hardly
//! anybody else uses.

/// A subject people write about, and how the talk goes.
#[derive(Debug)]
pub struct Topic {
    /// What agents tag it with.
    pub tag: &'static str,
    /// How customers begin.
    pub openings: &'static [&'static str],
    /// What customers add.
    pub more: &'static [&'static str],
    /// What agents answer.
    pub answers: &'static [&'static str],
}

/// What there is to talk about, the most frequent first.
pub const TOPICS: [Topic; 8] = [
    Topic {
        tag: "delivery",
        openings: &[
            "Hello, where is my parcel? The order number is {n} and it was to arrive on {day}.",
            "The tracking page of {name} has not changed since {day}, is my order lost?",
            "My order {n} was left with a neighbour whom I do not know.",
            "Half of what I ordered is missing, only the {name} came.",
            "Can you send it to another address? I moved to {name} street {n}.",
        ],
        more: &[
            "The courier says nobody was at home, but I was here the whole day.",
            "I need it before {day}, it is a present.",
            "The box was open and wet when it came.",
            "It still says that it is on its way.",
        ],
        answers: &[
            "I have asked the courier and they look for it in their depot at {name}.",
            "It is at the pick-up point {name} and waits there until {day}.",
            "I am sending a replacement today, you do not have to send anything back.",
            "The new address is noted, the parcel goes there on {day}.",
        ],
    },
    Topic {
        tag: "payment",
        openings: &[
            "I was charged twice, {money} each time, on {day}.",
            "My card is declined although there is money on the account.",
            "The voucher {name} does not work, it says that it has run out.",
            "Why was {money} taken from my account? I did not buy anything.",
            "I paid by bank transfer on {day} and the order still waits for payment.",
        ],
        more: &[
            "My bank says the payment of {money} went through.",
            "The reference was {n}.",
            "I tried it with another card from {name} and it is the same.",
            "I would like to have the money back, please.",
        ],
        answers: &[
            "The second payment is only a reservation, your bank lifts it within a few days.",
            "I have sent back {money}, it is on your account by {day}.",
            "Please try it again, I have unlocked the payment from our side.",
            "The transfer has come in, thank you, the order goes out on {day}.",
        ],
    },
    Topic {
        tag: "account",
        openings: &[
            "I cannot sign in any more, it says the password is wrong.",
            "How do I change the e-mail address of my account to {mail}?",
            "The code to confirm my account never comes.",
            "Please delete my account and everything you know about me.",
            "Somebody else seems to be using my account, there is an order from {name}!",
        ],
        more: &[
            "I have looked in the spam folder too.",
            "The address is {mail}.",
            "It worked until {day}.",
            "I use the app on a {name} telephone.",
        ],
        answers: &[
            "I have sent a link to set a new password to {mail}, it is good for an hour.",
            "For your security, which postcode is saved in the account?",
            "The old sessions are closed now, please choose a new password.",
            "The address is changed, you can sign in with {mail}.",
        ],
    },
    Topic {
        tag: "loan",
        openings: &[
            "My application {n} was rejected and I do not know why.",
            "The loan was approved on {day} but the money has not been received.",
            "I repaid {money} through {name} and the app still shows the debt.",
            "Can I get more time? My salary only comes on {day}.",
            "How long does a review take? I applied with {name} last week.",
        ],
        more: &[
            "I sent a picture of my identity card twice.",
            "Please help, it is urgent.",
            "I will pay on {day}, I promise.",
            "The transaction code is {n}.",
        ],
        answers: &[
            "The review takes two working days, you hear from us by {day}.",
            "We have received {money}, your balance is right now.",
            "I have moved the date to {day} without a fee.",
            "The picture cannot be read, please send it again in daylight.",
        ],
    },
    Topic {
        tag: "returns",
        openings: &[
            "I would like to send the {name} back, it does not fit.",
            "I returned order {n} on {day} and have heard nothing since.",
            "The return label cannot be printed.",
            "Can I swap it for the larger size?",
        ],
        more: &[
            "It has never been worn.",
            "The tracking number of the return is {n}.",
            "I do not have a printer at home.",
        ],
        answers: &[
            "The label is in your mailbox, any shop of {name} takes the parcel.",
            "It has arrived, the refund of {money} is under way.",
            "The larger one is reserved for you until {day}.",
        ],
    },
    Topic {
        tag: "booking",
        openings: &[
            "I have to move my appointment on {day}, what is free the week after?",
            "We booked two rooms in {name} and only one is confirmed.",
            "Is breakfast part of the booking {n}?",
            "The train was cancelled, can I take a later one with this ticket?",
        ],
        more: &[
            "There are {n} of us, two are children.",
            "Any time after noon is fine.",
            "We arrive at {name} late in the evening.",
        ],
        answers: &[
            "I have moved it to {day}, you get a new confirmation.",
            "Both rooms are confirmed now, the number is {n}.",
            "The ticket is good for any train on that day.",
        ],
    },
    Topic {
        tag: "fault",
        openings: &[
            "My {name} makes a loud noise and then switches itself off.",
            "The screen of the {name} stays black since the update.",
            "It leaks at the bottom, near the filter.",
            "The app crashes when I open a picture.",
        ],
        more: &[
            "I have switched it off and on again, several times.",
            "The serial number is {n}.",
            "I bought it on {day} at {name}.",
        ],
        answers: &[
            "Please hold the upper button for ten seconds and tell me which light comes on.",
            "That is a known fault of this series, I am sending you a spare part.",
            "A technician can come on {day}, does that suit you?",
        ],
    },
    Topic {
        tag: "subscription",
        openings: &[
            "How do I cancel my subscription before {day}?",
            "The price went up to {money} and nobody told me.",
            "I would like to change from the small plan to {name}.",
        ],
        more: &["I cannot find it in the settings.", "It was {money} when I signed up."],
        answers: &[
            "It ends on {day}, nothing more will be charged.",
            "You keep the old price of {money} for a year, I have noted it.",
            "The new plan begins today, the rest of the month is free.",
        ],
    },
];

/// What customers say last.
pub const THANKS: [&str; 6] = [
    "Thank you, that helps!",
    "Great, thanks a lot.",
    "It works now, thank you very much.",
    "ok thanks, bye",
    "Perfect, have a nice day.",
    "Thanks {name}, you are very kind.",
];

/// What agents say first.
pub const GREETINGS: [&str; 4] = [
    "Hello, thanks for writing.",
    "Good morning, I am looking into this now.",
    "Hi, sorry that you had to wait.",
    "Hello, let us see what happened.",
];

/// What agents write for each other.
pub const NOTES: [&str; 4] = [
    "Called {name}, they look into it and write back by {day}.",
    "Same trouble as in the case of {name} last week.",
    "Refund of {money} approved by the team lead.",
    "Customer wrote before about {n}, please be quick.",
];

/// Sentences with the word that stands in a tenth of all messages.
pub const COMMON: [&str; 4] = [
    "It is about the invoice.",
    "The invoice says {money}.",
    "Please see the invoice {n}.",
    "I have the invoice from {day} here.",
];
