### The texts of Frontdesk in English. A language is one file such as this.
###
### For translators: https://projectfluent.org/fluent/guide/ explains the syntax. What stands in braces stays as it is:
### { $name } is filled in, { -brand } is a text of this file. An id ending in -html has markup, which stays where its
### words go; its address or element is not translated. Ids and variables are never translated. A text may choose by
### number and be written for as many plural forms as the language has. docs/translating.md says how to try it.

language-tag = en
# ltr, or rtl for languages written from right to left.
language-direction = ltr

-brand = Frontdesk
product-name = { -brand }

## Words on many pages

button-back-to-start = Back to the start
button-cancel = Cancel
button-close = Close
button-copy = Copy
button-delete = Delete
button-reopen = Reopen
button-save = Save
button-send = Send
button-sign-in = Sign in
button-sign-out = Sign out
button-undo = Undo
label-customer = Customer
label-email = E-mail
label-name = Name
label-password = Password
label-short-code = Short code
label-stage = Stage
label-tags = Tags
label-text = Text
label-urgency = Urgency
label-your-name = Your name
link-forget-me = Forget me on this browser
link-inbox = Inbox
link-other-browser = Go on in another browser
message-deleted = (deleted)
needs-javascript = The inbox needs JavaScript to claim and answer. Switch it on for this site.
skip-to-content = Skip to content
account = Account
switch-theme = Switch between light and dark

# Where a conversation stands, for agents.
status-open = Open
status-ongoing = Ongoing
status-snoozed = Snoozed
status-resolved = Resolved
# For its customer.
status-waiting = Waiting

stage-greeting = greeting
stage-ongoing = ongoing
stage-resolved = resolved

level-high = high
level-normal = normal
level-low = low
# As choices.
level-high-choice = High
level-normal-choice = Normal
level-low-choice = Low

## Times. Until scripts run they are shown in UTC; then the browser writes dates in the reader's own way.

time-clock = { $clock } UTC
time-moment = { $day } { time-month-short }, { $clock } UTC
time-day = { time-weekday }, { $day } { time-month } { $year }
time-weekday =
    { $weekday ->
        [1] Monday
        [2] Tuesday
        [3] Wednesday
        [4] Thursday
        [5] Friday
        [6] Saturday
       *[7] Sunday
    }
time-month =
    { $month ->
        [1] January
        [2] February
        [3] March
        [4] April
        [5] May
        [6] June
        [7] July
        [8] August
        [9] September
        [10] October
        [11] November
       *[12] December
    }
time-month-short =
    { $month ->
        [1] Jan
        [2] Feb
        [3] Mar
        [4] Apr
        [5] May
        [6] Jun
        [7] Jul
        [8] Aug
        [9] Sep
        [10] Oct
        [11] Nov
       *[12] Dec
    }
time-just-now = just now
# How long somebody waits.
waiting-minutes = { $minutes } min
waiting-hours = { $hours } h { $minutes } min
waiting-days = { $days } d { $hours } h
waiting-since = since { $date }

## The landing page

landing-title = { -brand } · customer support chat
landing-heading = Ask a person. Get an answer.
landing-lead = Describe the problem, see your place in the queue, and chat with somebody who can help. Come back on this browser any time; your conversation waits here.
landing-customer = I need help
landing-customer-hint = Start a conversation, or go on with one
landing-agent = I answer customers
landing-agent-hint = Sign in to the inbox
landing-administration = Administration
landing-api = API reference
landing-components = Components

## When a page cannot be shown

error-title = { $heading } · { -brand }
error-to-start = Go to the start
error-sign-in-as-agent = Sign in as an agent
error-401 = Not open to you here
error-401-detail = A customer's conversation opens in the browser it began in, and for agents who are signed in.
error-signed-out = You are signed out
error-403 = This is not for your account
error-403-detail = Sign in with an account that may do this, or ask an administrator.
error-404 = Nothing here
error-404-detail = The address may be mistyped, or this conversation belongs to another browser or account.
error-413 = That is too long
error-413-detail = Go back and send a shorter message: 10,000 characters at most.
error-429 = One moment, please
error-429-detail = That was more than we can take at once. Wait a little and try again; nothing was lost on our side.
error-503 = Back in a moment
error-503-detail = The server is starting or cannot reach its database. Try again in a few seconds.
error-4xx = That did not work
error-4xx-detail = The request was not understood. Go back, check it, and try again.
error-500 = Something went wrong
error-500-detail = It is our fault, and it is logged. Try again; if it stays, tell whoever runs this server.

## A customer's entrance

entrance-title = How can we help? · { -brand }
entrance-heading = How can we help?
entrance-lead = Tell us what is going on and a person will answer right here.
entrance-text = What happened?
entrance-text-hint = Order numbers and what you tried already help us answer sooner.
entrance-submit = Start the conversation
entrance-fine = Your conversation stays open in this browser. Nobody else who types your e-mail can see it.

## A customer's requests

home-title = Your requests · { -brand }
home-heading-html = Hello, <bdi>{ $name }</bdi>
home-lead = Your requests in this browser, newest first.
home-empty = No requests yet
home-empty-hint = Write below what you need help with.
# After a number, for screen readers.
home-unread = new
home-another = Something else?
home-another-label = Start a new request
home-form-used = This form began another request before. Send it again to begin this one.

## A customer's link to another browser

link-title = Go on in another browser · { -brand }
link-heading = Go on in another browser
link-lead = A link opens all your requests on your phone or another computer, as here.
link-label = Your link
link-hint = It works once, within { $minutes } minutes, and is shown only now. Whoever opens it is you here: give it to nobody.
link-copy = Copy link
link-copied = Copied
link-not-copied = Press Ctrl+C to copy it
link-another = Make another
link-about = It works once and within { $minutes } minutes. A link made earlier stops working.
link-make = Make a link
link-all-requests = All requests
follow-title = Go on here · { -brand }
follow-heading-html = Go on here as <bdi>{ $name }</bdi>?
follow-lead = This browser will open your requests from now on. The link works once.
follow-instead-html = This browser is signed in as <bdi>{ $name }</bdi>. Their requests will not open here any more.
follow-submit = Go on here
follow-not-me = Not me
link-used = This link does not work any more
link-used-detail = It works once and for a limited time. Your requests are still where you opened them first; make a new link there, or begin a new request here.
link-used-go-on = Go on

## A customer is forgotten on a browser

forget-title = Forget me on this browser · { -brand }
forget-lead-html = You are <bdi>{ $name }</bdi> here. Good on a computer that others use too.
forget-does = What it does
forget-does-sign-out = Signs you out here: nobody opens your requests in this browser any more.
forget-does-drafts = Deletes what you typed here and did not send.
forget-does-not = What it does not do
forget-does-not-requests = Your requests stay with us, and we go on answering them. You can read the answers only in another browser you opened them in, or by a link we wrote to you.
forget-does-not-erase = What is kept of you is not deleted. Ask for that in a request.
forget-elsewhere-html = To go on elsewhere, <a href="/support/customer/link/">make a link</a> first.
forget-submit = Forget me here
forget-keep = Keep me signed in
forgotten-title = Forgotten · { -brand }
forgotten-heading = This browser has forgotten you
forgotten-lead = You are signed out, and what you had not sent is deleted here. Close other windows with your requests, too.
forgotten-begin = Begin a new request

## A conversation, for both sides

chat-offline = You are offline. What you write is kept and sent when the connection is back; anything else, try again then.
chat-messages = Messages
chat-newer = New messages ↓
chat-earlier = Earlier messages
chat-earlier-failed = Earlier messages could not be loaded. Try again
chat-message-deleted = This message was deleted
chat-edited = edited
chat-sending = Sending…
chat-sent = Sent
chat-seen = Seen
chat-waiting-to-send = Waiting a moment to send…
chat-server-busy = Not sent yet: the server is busy, trying again
chat-server-in-trouble = Not sent yet: the server is in trouble, trying again
chat-unsent-offline = Not sent yet: sent when you are back online
chat-try-again = Try again
chat-edit = Edit
chat-typing = { $name } is typing
chat-too-long =
    { $count ->
        [one] { $count } character too long
       *[other] { $count } characters too long
    }
chat-signed-out = You are signed out here. What you wrote is kept; reload the page to sign in again.
chat-gone-heading = Not here any more
chat-gone = This conversation is not here any more, or not yours. It may have been deleted.
chat-refused = This was not accepted.
server-unreachable = The server cannot be reached. Try again when you are online.
did-not-work = That did not work. Try again.

## A conversation, for its customer

customer-title = Your conversation · { -brand }
customer-heading = Your request
customer-resolve = Mark as resolved
# The same on small screens.
customer-resolve-short = Resolve
customer-more = More
customer-save-page = Save as a web page
customer-save-text = Save as text
customer-earlier-html = These are earlier messages. <a href="?as=customer">Show the newest</a>
customer-look-again = Look for new messages
customer-to-last = Go to the last one
customer-reach-mail-html = You may leave this page: we write to <bdi>{ $email }</bdi> when an answer waits here.
customer-reach-shown-html = You may leave this page: when an answer waits here, we write to <bdi>{ $email }</bdi>. The demo sends nothing, it <a href="/demo/mail/">shows what it would</a>.
customer-reach-page-html = Keep this page open, or come back in this browser: your request stays here. Elsewhere it opens by <a href="/support/customer/link/">a link of your own</a>.
customer-closed = This is resolved. Write again to reopen it, or start a new request.
customer-new-request = New request
customer-message = Message
customer-placeholder = Write a message
customer-keys-html = <kbd>Enter</kbd> sends, <kbd>Shift</kbd> <kbd>Enter</kbd> new line
customer-form-used = This form was sent before with another text. Send it again to send this one.
rating-question = How was the help?
rating-given = You rated the help { $score } of 5. Thank you.
rating-score = { $score } of 5, { rating-word }
rating-word =
    { $score ->
        [1] very bad
        [2] bad
        [3] so-so
        [4] good
       *[5] very good
    }
rating-comment-html = In your words <span class="hint">(if you like)</span>
rating-send = Send rating

# The place in the queue.
queue-nobody = Nobody is here now, we answer on this page
queue-place =
    { $ahead ->
        [0] You are next
       *[other] About { $ahead } ahead of you
    }
queue-place-and-time =
    { $minutes ->
        [1] { queue-place }, about a minute
       *[other] { queue-place }, about { $minutes } minutes
    }

## A transcript to keep

transcript-title = Conversation with { $customer }
transcript-heading-html = Conversation with <bdi>{ $customer }</bdi>
transcript-began = Began { $time }
transcript-saved = Saved { $time }

## The agent's sign-in

sign-in-title = Sign in · { -brand }
sign-in-lead = For agents and administrators.
sign-in-needs-javascript = The inbox needs JavaScript to claim and answer. Switch it on for this site. Customers need none.
sign-in-demo = This is a demo
sign-in-no-account = No account yet? An administrator sends you a link to set a password.
password-title = Set your password · { -brand }
password-heading = Set your password
password-heading-first = Create the first administrator
password-lead = This link works once.
password-welcome-html = Welcome, <bdi>{ $name }</bdi>. This link works once.
password-new = New password
password-hint = At least { $least } characters. A few unrelated words are good.
password-submit = Set password and sign in
password-link-used-detail = It works once, and within 24 hours. If you have set your password, sign in with it; if not, ask an administrator for a new link.

## The inbox

inbox-title = Inbox · { -brand }
inbox-heading = Inbox
inbox-room-title = { $customer } · { -brand }
inbox-admin = Admin
inbox-notifications = Notifications
inbox-shortcuts = Keyboard shortcuts
inbox-shortcuts-key = Keyboard shortcuts (?)
inbox-search = Search names, e-mails and messages
inbox-search-placeholder = Names, e-mails, messages
inbox-offline = The connection is lost. The list may be out of date, and nothing is searched, until it is back.
inbox-choose = Choose a conversation to read it here.
inbox-keys-html = <span><kbd>j</kbd> <kbd>k</kbd> move</span><span><kbd>Enter</kbd> opens</span><span><kbd>c</kbd> claims the next</span><span><kbd>?</kbd> all shortcuts</span>
inbox-opened = Opened the conversation with { $customer }
inbox-not-opened = The conversation could not be opened. Try again.
inbox-gone = This conversation is not here any more.
inbox-more-failed = More could not be loaded. Try again.
inbox-not-loaded = not loaded yet: the server cannot be reached
inbox-somebody-waits = Somebody new is waiting in the queue
inbox-nobody-waits-any-more = Nobody is waiting any more.
# As desktop notifications.
news-message = { $customer } wrote
news-warned = { $customer } still waits for your answer
news-handed-over = { $customer }'s conversation was handed to you
news-mentioned = { $agent } mentioned you in { $customer }'s conversation

list-filters = Filters
list-mentions = Mentions of you
list-handed-over = Handed over to you
list-mention-new = new
list-views = Views
list-delete-view = Delete the view { $view }
list-delete-this-view = Delete this view
list-view-not-saved = The view could not be saved. Try another name.
list-view-not-deleted = The view could not be deleted. Try again.
list-save = Save this list…
list-claim-next-html = Claim next <kbd aria-hidden="true">c</kbd>
list-claim-next = Claim next
list-nobody-waits = Nobody is waiting
list-order = Order
list-no-matches = No matches
list-no-matches-html = Nothing was found for <q>{ $query }</q> with these filters.
list-nothing-found-html = Nothing was found for <q>{ $query }</q>.
list-clear = Clear search and filters
list-clear-search = Clear the search
# Above what was found by other words than were typed.
list-corrected-html = Searched for <q>{ $instead }</q> instead of <q>{ $query }</q>.
list-search-exactly = Search for exactly what I typed
# Above why: a filter that does not exist, no word to look for.
list-not-searched = This cannot be searched
# Before how long: "waiting 12 min".
list-waiting = waiting
list-urgent = Urgent
list-more = Show more
list-conversations = Conversations
list-found = Search results
list-total =
    { $count ->
        [one] { $count } conversation
       *[other] { $count } conversations
    }
list-total-at-least = { $count }+ conversations
view-queue = Queue
view-mine = Mine
view-all = All
view-resolved = Resolved
sort-urgency = Urgency
sort-waiting = Waiting
sort-newest = Newest
facet-status = Status
facet-urgency = Urgency
facet-tag = Tag
facet-age = Age
facet-holder = Held by
facet-holder-nobody = Nobody
# How long ago a conversation began.
age-under-1-hour = Less than an hour
age-1-4-hours = 1 to 4 hours
age-4-24-hours = 4 hours to a day
age-1-7-days = 1 to 7 days
age-over-7-days = More than 7 days
empty-filters = Nothing here
empty-filters-hint = No conversation fits all of these filters.
empty-mine = You hold no conversation
empty-mine-hint = Claim the next one from the queue.
empty-mine-nobody-hint = Nobody is waiting. What you claim stands here.
empty-queue = Nobody is waiting
empty-queue-hint = When a customer writes, the conversation appears here by itself.
empty-snoozed = Nothing is snoozed
empty-snoozed-hint = A snoozed conversation comes back to the queue at its time.
empty-resolved = Nothing is resolved yet
empty-resolved-hint = What is done stands here, to be read again.
empty-all = No conversations yet
empty-all-hint = When a customer writes, the conversation appears here by itself.
# In a system without any conversation.
empty-entrance-html = Customers write at <a href="/support/customer/">/support/customer/</a>.
empty-theirs = They hold no conversation
empty-theirs-hint = What this agent claims stands here.

## A conversation, for agents

agent-back = Back to the list
agent-claim-html = Claim <kbd aria-hidden="true">c</kbd>
agent-take-over = Take over
agent-snooze = Snooze
agent-snooze-key = Snooze (s)
agent-hand-over = Hand over
agent-hand-over-key = Hand over (h)
agent-release = Return to queue
# The same under its icon.
agent-release-short = Return
agent-resolve = Resolve
agent-yours = Yours
agent-held-by = Held by { $agent }
# Before a time: until when a conversation is snoozed.
agent-until = until
# After "Held by …".
agent-since = since { $time }
agent-read-along = You can read along and leave notes.
agent-resolved = Resolved. A new message from the customer reopens it.
agent-idle-html = The customer waits for your answer. Without one this goes back to the queue at <time data-part="returns-at"></time>.
agent-keep = Keep it
agent-lost-resolved = This was resolved meanwhile.
agent-lost-to = { $agent } holds this conversation now.
agent-lost = Your claim has ended.
agent-lost-unsent = What you wrote was not sent:
agent-save-as-note = Save as note
agent-claim-again = Claim again
agent-unsent-claim-ended = Not sent: your claim had ended.
agent-just-claimed = { $agent } has just claimed it.
agent-reopen-to-reply = Reopen it to reply
agent-suggestions = Suggested replies
agent-edit-message = Edit this message
agent-edit = Edit
agent-edit-label = Edit the message
agent-delete-for-everybody = Delete for everybody
agent-what-to-write = What to write
agent-reply = Reply
agent-reply-html = Reply <kbd aria-hidden="true">r</kbd>
agent-note = Private note
agent-note-html = Private note <kbd aria-hidden="true">n</kbd>
agent-placeholder = Write a reply
agent-placeholder-note = Write a note only agents can read. @ mentions one
agent-save-note = Save note
agent-keys-html = <kbd>Enter</kbd> sends, <kbd>/</kbd> canned replies
agent-keys-note-html = <kbd>Enter</kbd> saves, <kbd>@</kbd> mentions an agent
agent-wrote-meanwhile = { $customer } wrote while you typed. Read it, then press Enter again to send.
agent-mention = Mention
agent-mention-placeholder = Mention …
agent-hand-over-to = Hand over to
agent-hand-over-to-placeholder = Hand over to …
agent-most-tags = A conversation has { $most } tags at most.

note-by = Note by { $agent }
note-by-html = Note by <bdi>{ $agent }</bdi>
note-by-nobody = Note

# What happened, in the agents' log. It stands after the name of who did it, where somebody did.
event-claimed = claimed the conversation
event-released = returned the conversation to the queue
event-expired-html = <bdi>{ $holder }</bdi> was away; the conversation is back in the queue
event-warned-html = <bdi>{ $holder }</bdi> was warned: the customer waits for an answer
event-left-unanswered-html = <bdi>{ $holder }</bdi> did not answer; the conversation is back in the queue
event-handed-over-from-html = handed the conversation over from <bdi>{ $from }</bdi> to <bdi>{ $to }</bdi>
event-handed-over-html = handed the conversation over to <bdi>{ $to }</bdi>
event-resolved = resolved the conversation
event-reopened = reopened the conversation
event-snoozed = snoozed the conversation until { $time }
event-woken-by = woke the conversation
event-woken = The snooze ended; the conversation is back in the queue
event-rated = rated the help { $score } of 5
event-rated-with-html = rated the help { $score } of 5: <bdi>{ $comment }</bdi>
event-mailed = The customer had left and was told by e-mail that an answer waits
event-not-mailed = The customer had left and could not be told by e-mail that an answer waits

panel-unverified = not verified
panel-no-email = none given
panel-reached = Reachable
panel-here = On the page now
panel-offline-mail = Offline, can be reached by e‑mail
panel-offline = Offline, only here
panel-mail = By e‑mail
panel-only-here = Only here
panel-first-seen = First seen
panel-waiting = Waiting
panel-began = Began
panel-untag = Take off the tag { $tag }
panel-add-tag = Add a tag
panel-notes = Notes about the customer
panel-notes-placeholder = What every agent should know
panel-note-unsaved = Not saved yet
panel-note-saved = Saved
panel-note-changed = Somebody else changed this note meanwhile. Copy your words, open the conversation again, and add them.
panel-note-failed = Not saved: the server cannot be reached. Change it again to try once more.
panel-similar = Similar conversations
panel-similar-looking = Looking for similar conversations…
panel-similar-failed = Similar conversations cannot be loaded now. Close and open this to try again.
panel-similar-none = Nothing like it has been resolved with an answer yet.
# The agent's words that ended a similar conversation.
panel-similar-reply = The reply that closed it
panel-similar-names = Names another customer: change it before you send it.
panel-similar-insert = Insert reply
panel-earlier = Earlier conversations
panel-no-earlier = None.
panel-same-address = Same address, not verified
panel-same-address-hint = Typed the same e-mail in another browser. Whether it is the same person, nobody has proven.

# Why a conversation is urgent, besides what its customer's words say.
urgency-waiting-15-minutes = waiting 15 min
urgency-waiting-1-hour = waiting 1 h
urgency-waiting-4-hours = waiting 4 h
urgency-waiting-1-day = waiting 1 day
urgency-waiting-3-days = waiting 3 days
urgency-came-back = came back after it was resolved
urgency-wrote =
    { $times ->
        [2] wrote twice without an answer
       *[other] wrote { $times } times without an answer
    }
urgency-earlier =
    { $count ->
        [one] { $count } earlier conversation in 30 days
       *[other] { $count } earlier conversations in 30 days
    }

# Why a canned reply is suggested.
suggested-mentions = mentions “{ $word }”
suggested-fits = fits “{ $words }”
suggested-often-used = often used
suggested-greeting = for a greeting
suggested-ongoing = for going on
suggested-resolved = for closing

## What an agent chooses from

picker-choices = Choices
picker-nothing = Nothing fits.
picker-placeholder = Type to narrow
palette-label = Find anything to do
palette-placeholder = Search, or do something
palette-view = Go to { $view }
palette-next = Claim the next conversation
palette-search = Search
palette-claim = Claim this conversation
palette-take-over = Take over this conversation
palette-resolve = Resolve this conversation
palette-snooze = Snooze this conversation
palette-hand-over = Hand over to a colleague
palette-release = Return to the queue
palette-reopen = Reopen this conversation
palette-note = Write a private note
palette-similar = Show similar conversations
palette-canned = Insert a canned reply
canned-placeholder = Short code or words
canned-own = own
colleague-online = online
colleague-away = away
colleague-holds =
    { $count ->
        [one] { $count } conversation
       *[other] { $count } conversations
    }
snooze-until = Snooze until
snooze-placeholder = Snooze until …
snooze-time = Date and time
snooze-other = Another time…
snooze-hour = In an hour
snooze-evening = This evening
snooze-morning = Tomorrow morning
snooze-monday = Monday morning
snooze-week = In a week
save-view-heading = Save this list as a view
save-view-shared = For all agents
settings-hint = For new messages in your conversations, what is handed to you, and notes that mention you.
settings-desktop = Show desktop notifications
settings-sound = Play a short sound
settings-queue = Also when somebody new is waiting in the queue
settings-not-kept = Not kept: the server cannot be reached. Try again.
settings-denied = This browser blocks notifications from here: allow them in its settings for this site.
settings-done = Done

## Keyboard shortcuts

shortcuts-list = List
shortcut-next = Next conversation
shortcut-previous = Previous conversation
shortcut-open = Open
shortcut-search = Search
shortcut-claim = Claim what is open, or else the next
shortcut-leave = Leave the field, then the conversation
shortcut-palette = Find anything to do
shortcut-sheet = This sheet
shortcuts-conversation = Conversation
shortcut-reply = Reply
shortcut-note = Private note
shortcut-suggestion = Take a suggested reply
shortcut-resolve = Resolve
shortcut-snooze = Snooze
shortcut-hand-over = Hand over
shortcut-tag = Tag
shortcut-canned = Canned replies, in an empty reply
shortcut-mention = Mention an agent, in a note
shortcut-edit = Edit your last message, from an empty reply
shortcut-send = Send
shortcut-new-line = New line

## Canned replies

replies-title = Canned replies · { -brand }
replies-heading = Canned replies
replies-lead-html = Texts you send again and again. They are suggested by the stage of the conversation and what the customer wrote; <kbd>/</kbd> in an empty reply finds all of them.
replies-new = New canned reply
replies-whose = Whose
replies-own = Your own
replies-shared = Shared
replies-shared-choice = Shared with all agents
replies-code-placeholder = optional
replies-hint = { $placeholder } becomes the customer's name, or “there” without one.
replies-uses =
    { $uses ->
        [0] not used of late
        [1] used once of late
       *[other] used { $uses } times of late
    }
replies-not-yours = Administrators change shared replies.
replies-none = None yet.

## Administration

admin-title = Admin · { -brand }
admin-page-title = { $what } · Admin · { -brand }
admin-heading = Admin
admin-records = Records
# One record of a kind. The texts below that use it may say it in whole sentences, one for each kind.
admin-one =
    { $kind ->
        [agents] agent
        [audit-log] entry
        [canned-replies] canned reply
        [conversations] conversation
        [customers] customer
        [messages] message
        [tags] tag
        [urgency] rule
       *[users] user
    }
admin-new = New { admin-one }
admin-edit-one = Edit { admin-one }
admin-delete-one = Delete { admin-one }
admin-delete-question = Delete this { admin-one }?
admin-deleted = Deleted.
admin-saved = Saved.
admin-search =
    { $kind ->
        [audit-log] Search who and to what
        [canned-replies] Search texts and short codes
        [conversations] Search names, e-mails, messages and notes
        [messages] Search messages
        [tags] Search tags
       *[other] Search names and e-mails
    }
admin-filter-all = All
admin-order = Order
admin-show = Show
admin-no-matches = No matches
admin-no-matches-hint = Nothing fits this search and these filters.
admin-show-all = Show all
admin-nothing-yet = Nothing here yet
# How records come.
admin-empty =
    { $kind ->
        [agents] Add an agent with the button above.
        [audit-log] What is done here and by agents is noted by itself.
        [canned-replies] Add one here that all agents share; each agent adds their own.
        [conversations] A conversation begins when a customer writes, at /support/customer/.
        [customers] A customer is added when they first write, at /support/customer/.
        [messages] A message comes with the first conversation.
        [tags] Make a tag here, or add one to a conversation.
       *[users] Customers are added when they first write, agents by you.
    }
admin-next-page = Next page
admin-edit = Edit
admin-goes-too = With it goes:
admin-for-good = This cannot be undone.
admin-keep = Keep it
admin-id = Id
admin-former-texts = What it said before
admin-replaced-html = Replaced by <bdi>{ $by }</bdi>, { $time }
admin-password-link = Link to set a password
admin-password-link-hint = Pass it on. It works once, within 24 hours, and is not shown again.
admin-yes = Yes
admin-no = No
admin-order-newest = Newest first
admin-order-oldest = Oldest first
admin-order-name = By name
admin-order-last-message = Last message first
admin-order-longest-wait = Longest wait first
admin-order-most-urgent = Most urgent first
admin-choose-offered = choose one of those offered

# What goes when a record is deleted.
admin-gone-conversations =
    { $count ->
        [one] { $count } conversation
       *[other] { $count } conversations
    }
admin-gone-messages =
    { $count ->
        [one] { $count } message
       *[other] { $count } messages
    }
admin-gone-notes =
    { $count ->
        [one] { $count } note or event
       *[other] { $count } notes and events
    }
admin-gone-canned-replies =
    { $count ->
        [one] { $count } canned reply
       *[other] { $count } canned replies
    }
admin-gone-claims =
    { $count ->
        [one] { $count } claim, returned to the queue
       *[other] { $count } claims, returned to the queue
    }
admin-gone-sessions =
    { $count ->
        [one] { $count } session that is signed in
       *[other] { $count } sessions that are signed in
    }

# Names of columns, facts, filters and fields.
admin-added = Added
admin-began = Began
admin-came = Came
admin-changed = Changed
admin-conversation = Conversation
admin-conversations = Conversations
admin-deleted-fact = Deleted
admin-disabled = Disabled
admin-edited = Edited
admin-email-proven = E-mail proven
admin-first-message = First message
admin-from = From
admin-last-message = Last message
admin-last-used = Last used
admin-may-sign-in = May sign in
admin-message = Message
admin-messages = Messages
admin-number = Number
admin-person = Person
admin-role = Role
admin-side = Side
admin-signs-in = Signs in
admin-snoozed-until = Snoozed until
admin-snoozed-until-utc = Snoozed until (UTC)
admin-status = Status
admin-to-what = To what
admin-waits-since = Waits since
admin-what = What
admin-when = When
admin-who = Who
admin-whose = Whose
admin-written = Written
admin-held-by = Held by

admin-role-customer = Customer
admin-role-agent = Agent
admin-role-administrator = Administrator
admin-stage-greeting = Greeting
admin-stage-ongoing = Ongoing
admin-stage-resolved = Resolved
admin-whose-shared = Everybody's
admin-whose-own = Your own

admin-users = Users
admin-users-about = Every person, customer or agent.
admin-users-deletion = A customer is erased, with everything they said. An agent is deleted; what they wrote stays under their name.
admin-user = User
admin-as-customer = As a customer
admin-as-agent = As an agent

admin-customers = Customers
admin-customers-about = People who write to you. A typed e-mail is not proven to be theirs.
admin-customers-deletion = The customer is erased, with everything that was said with them, and signed out everywhere.
admin-start-conversation = Start a conversation
admin-new-email-hint = A new address counts as not proven.

admin-agents = Agents
admin-agents-about = Who answers. Administrators may also use this panel.
admin-agents-deletion = What they hold returns to the queue; what they wrote stays under their name. To keep them on record, disable them instead.
admin-password-set = Set
admin-password-not-set = Not set yet
admin-password-later-hint = Leave it empty and make a link with which they set one.
admin-make-password-link = Make a link to set a password
admin-conversations-they-hold = Conversations they hold
admin-access-no = No: disabled

admin-conversations-about = What customers ask, and who answers.
admin-conversations-deletion = The conversation is deleted with everything that was said in it, on both sides.
admin-choose-customer = Choose a customer to write to
admin-conversation-with = Conversation with { $customer }
admin-read-it = Read it
admin-write-message = Write a message
admin-customer-id-hint = The customer's id; their page has a button that fills it in.
admin-first-message-hint = It is written as you, and you hold the conversation.
admin-holder-hint = Counts while the status is ongoing. Who held it before loses it.
admin-until-hint = Counts while the status is snoozed.
admin-tags-hint = Separated by commas.
admin-no-customer-id = this is no customer's id: begin on the customer's own page
admin-no-such-customer = there is no customer with this id
admin-holder-disabled = this agent may not sign in: choose another
admin-time-over = this time is over: choose a later one
admin-choose-time = choose a day and a time

admin-messages-about = What was said, in all conversations.
admin-messages-deletion = Its text goes for good, former ones too. Its place in the conversation shows that it was deleted.
admin-side-customers = Customers
admin-side-agents = Agents
admin-edited-or-deleted = Edited or deleted
admin-choose-conversation = Choose a conversation to write in
admin-message-number = Message { $number }
admin-conversation-number = Conversation, no. { $number }
admin-read-in-place = Read it in its place
admin-conversation-id-hint = The conversation's id; its page has a button that fills it in.
admin-message-hint = It is written as you. You hold the conversation from then on; who held it before loses it.
admin-edit-message-hint = Both sides see that it was edited; what it said before is kept.
admin-no-such-conversation = there is no conversation with this id

admin-canned-replies = Canned replies
admin-canned-reply = Canned reply
admin-canned-replies-about = Texts agents send again and again: everybody's and your own.
admin-canned-replies-deletion = Nobody is offered it any more. Messages sent with it stay.
admin-stage-hint = When it is offered.
admin-short-code-hint = A word to find it by in this list. May be empty.

admin-tags = Tags
admin-tags-about = What agents put on conversations to find them again.
admin-tags-deletion = It is taken off every conversation that has it. The conversations stay.
admin-tags-conversations = On conversations
admin-tag-name-hint = Renamed, it is so on every conversation that has it. Tags differ by more than the case of their letters.

admin-audit-log = Audit log
admin-audit-log-about = Who did what, and when. It cannot be changed.
# What was done.
admin-action-signed-in = Signed in
admin-action-signed-out = Signed out
admin-action-agent-added = Agent added
admin-action-agent-changed = Agent changed
admin-action-agent-disabled = Agent disabled
admin-action-agent-enabled = Agent enabled
admin-action-agent-deleted = Agent deleted
admin-action-password-link-made = Password link made
admin-action-password-set = Password set
admin-action-claim-taken-over = Claim taken over
admin-action-claim-returned = Claim ended, returned to the queue
admin-action-conversation-added = Conversation added
admin-action-conversation-changed = Conversation changed
admin-action-conversation-deleted = Conversation deleted
admin-action-message-added = Message added
admin-action-message-changed = Message changed
admin-action-customer-added = Customer added
admin-action-customer-changed = Customer changed
admin-action-customer-erased = Customer erased
admin-action-settings-changed = Settings changed

admin-urgency = Urgency
admin-urgency-about = The words and weights that decide who comes first in the queue.
urgency-how = A message scores 20, plus the heaviest topic it touches, half the next, a quarter of the one after; a topic with a weight below 0 calms unless another weighs more, and one with weight 0 keeps others from calming. Waiting, repeats and history are added. Letters' case, accents and endings do not matter; up to three other words may stand between those of a phrase.
# The words in code elements are typed as they are, in every language.
urgency-phrases-html = In phrases <code>{"{"}not{"}"}</code> is any negation, <code>{"{"}soon{"}"}</code> a time or date that is near, <code>{"{"}number{"}"}</code> a figure, <code>{"{"}question{"}"}</code> a question mark; <code>{"{"}only{"}"}</code> before words means a message that says nothing else.
urgency-built-in = These are the rules every installation starts with.
urgency-saved = Saved. Conversations that wait are scored again within moments.
urgency-high-from = High from
urgency-low-below = Low below
urgency-count =
    { $count ->
        [one] { $count } phrase
       *[other] { $count } phrases
    }
urgency-reason = Reason agents read
urgency-weight = Weight
urgency-phrases = Phrases, one a line
urgency-remove-hint = To remove the topic, empty its reason and its phrases.
urgency-another = Another topic
urgency-preview = Preview
urgency-reset = Use the built-in rules
urgency-preview-heading = What they make of the newest messages
urgency-no-messages = There are no messages yet.
urgency-newest = The newest { $count } customers' messages, by their words alone.
urgency-level = Level
urgency-now = Now
urgency-then = With these rules
urgency-unchanged = No message changes its level.
urgency-more = And { $count } more.

## E-mails

mail-subject = An answer to your request
mail-body =
    Hello,

    an answer to your request waits for you:

    { $link }

    The link works once and within { $days } days. Give it to nobody: whoever opens it can read your requests and write in your name.

    You get this because somebody gave this address when they asked us for help. If that was not you, you need do nothing.
demo-mail-title = Outgoing mail · { -brand } demo
demo-mail-heading = Outgoing mail
demo-mail-lead = The demo sends no e-mail; it shows here what a server with SMTP sends. A customer who has left an answer unread gets one, here after { $seconds } seconds, elsewhere after five minutes.
demo-mail-empty = Nothing yet
demo-mail-empty-hint = Begin a request, leave its page, and answer it as an agent. Then look here again.
demo-mail-to-html = To <bdi>{ $email }</bdi>

## The components, only in the demo: what pages are made of, with invented people and words

components-title = Components · { -brand } demo
components-lead-html = What every page is made of, in every state. Move the pointer over it and go through it with <kbd>Tab</kbd>: hovering and focus show by themselves.
components-colours = Colours
components-colours-ground = Ground
components-colours-ink = Text
components-colours-accent = Accent
components-colours-conversation = Conversation
components-colours-meaning = Meaning
components-colours-search = Search
components-type = Type
components-type-sample = The parcel stands with a neighbour
components-space = Distances, corners, shadows
components-buttons = Buttons
components-button-ordinary = Ordinary
components-button-primary = Primary
components-button-danger = Danger
components-button-quiet = Quiet
components-button-large = { $words }, large
components-button-disabled = { $words }, disabled
components-button-link = { $words } link
components-button-icon = { $words }, an icon alone
components-button-key-html = With its key <kbd aria-hidden="true">c</kbd>
components-fields = Fields
components-field-empty = Empty
components-field-placeholder = A word of what goes here
components-field-filled = Filled
components-customer = Mira Lindqvist
components-field-hint = A hint says what helps.
components-field-wrong = Wrong
components-field-error = Write an e-mail address such as mira@example.com
components-field-disabled = Disabled
components-field-fixed = Nobody changes this
components-field-choice = A choice
components-field-lines = Several lines
components-field-text = It grows with what is written.
components-tick-none = Not ticked
components-tick = Ticked
components-form-error = The form as a whole was not taken, and why.
components-marks = Badges and marks
components-tag = a tag
components-found-html = <mark>found</mark> in a text
components-tag-removable = a tag to take off
components-banners = Banners
components-banner = How things stand.
components-banner-action = What to do
components-banner-good = It is done.
components-banner-warn = Something waits for you.
components-banner-bad = Something did not work.
components-cards = Cards, doors and empty places
components-card = A card
components-card-about = What belongs together.
components-empty-hint = What will be here, and how it comes.
components-door = A door
components-door-about = Where it leads
components-request = A request of a customer
components-minutes-ago = 2 min ago
components-request-old = One without news
components-inbox = The inbox
components-view-chosen = Chosen
components-another = Another
components-view-own = One's own
components-grace = Grace Wanjiru
components-chidinma = Chidinma Eze
components-long-name = A name that is far too long for the place it has in the row of the list
components-row-unread = Unread, and urgent
components-row-tag = refund
components-row-open-html = The one that is <mark>open</mark>
components-ruth = Ruth
components-row-long = And a line that goes on and on, as those of customers do who have much to tell and little time to tell it in
components-chat =
    { $viewer ->
        [agent] The conversation, read by the agent
       *[customer] The conversation, read by the customer
    }
components-mira = Mira
components-message-link-html = My parcel did not come. Its number is in the mail I got from <a href="#banners">the shop</a>.
components-message-more = Can you look?
components-message-answer = It stands with a neighbour, number 9.
components-note = Carriers say so every Monday.
components-linus = Linus
components-unsent = On its way
components-refused = Refused
components-refused-text = Not accepted
components-writing = Writing
components-suggestion = A canned reply that fits
components-dialogs = Dialogs and menus
components-menu = A menu
components-sheet = A sheet
components-menu-item = One thing
components-sheet-about = Asks for one thing.

## What is wrong with what was typed or done. Parts of sentences: pages begin them with a capital and end them with a full stop.

wrong-blank =
    { $what ->
        [name] the name is empty: write something
        [tag] the tag is empty: write something
        [comment] the comment is empty: write something
        [short-code] the short code is empty: write something
       *[text] the text is empty: write something
    }
wrong-too-long =
    { $what ->
        [name] the name is too long: { $most } characters at most
        [tag] the tag is too long: { $most } characters at most
        [comment] the comment is too long: { $most } characters at most
        [short-code] the short code is too long: { $most } characters at most
       *[text] the text is too long: { $most } characters at most
    }
wrong-nul =
    { $what ->
        [name] the name has a NUL character (U+0000) in it: remove it
        [tag] the tag has a NUL character (U+0000) in it: remove it
        [comment] the comment has a NUL character (U+0000) in it: remove it
        [short-code] the short code has a NUL character (U+0000) in it: remove it
       *[text] the text has a NUL character (U+0000) in it: remove it
    }
wrong-control =
    { $what ->
        [name] the name has a line break or another control character in it: remove it
        [short-code] the short code has a line break or another control character in it: remove it
       *[tag] the tag has a line break or another control character in it: remove it
    }
wrong-comma = the tag has a comma in it: remove it
wrong-email-empty = the e-mail address is empty: write one such as noor@example.com
wrong-email-long = the e-mail address is too long: { $most } characters at most
wrong-email-blank = the e-mail address has a space or an invisible character in it
wrong-email-parts = the e-mail address needs one @ with a name before and a domain after it, as in noor@example.com
wrong-email-domain = the part after the @ is no domain: write one such as example.com
wrong-name-taken = this name is taken already: choose another
wrong-email-taken = this e-mail address is taken already: choose another
wrong-password-short = the password is too short: { $least } characters at least
wrong-password-long = the password is too long: { $most } characters at most
wrong-no-agent = there is no such agent
wrong-credentials = the e-mail address or the password is wrong
wrong-score = the score is a whole number from 1 to 5: choose one
wrong-placeholder = there is no placeholder "{ $name }": use { $known }
wrong-no-words = there is nothing to search for yet: type a word or a number
wrong-only-exclusions = there is nothing to search for yet: a word with a minus only leaves something out, so add a word without one
wrong-search-long = the search is too long: { $most } characters at most
wrong-search-words = the search has too many words: { $most } at most
wrong-number = "{ $typed }" is no whole number
wrong-weight = a weight is a whole number from -{ $most } to { $most }
wrong-limits = high begins above where low ends, both at most { $most } and at least -{ $most }
wrong-reason = a reason has 1 to { $most } characters
wrong-same-reason = there is a topic with this reason already
wrong-phrases = a topic has 1 to { $most } phrases
wrong-phrase = a phrase has at most { $most } characters and at least one word: { $phrase }
wrong-special = nothing is called {"{"}{ $name }{"}"}
wrong-topics = there are at most { $most } topics
wrong-rules-version = somebody else changed the rules meanwhile; look at them as they are now
refused-held = { $agent } holds this conversation
refused-not-claimed = you do not hold this conversation: claim it first
refused-claim-ended = the claim ended at once: try again
refused-claim-lost = your claim has ended: claim the conversation again
refused-resolved = this conversation is resolved: reopen it first
refused-not-resolved = this conversation is not resolved yet: that comes first
refused-not-in-future = the time to wake up must be in the future
refused-forbidden = your role does not allow this
refused-signed-out = the session has ended: sign in again
refused-disabled = your account has been disabled: ask an administrator of your team
refused-session-ended = the session ended at once: send the form again
refused-delete-yourself = you cannot delete yourself: let another administrator do it
refused-only-administrator = this is the only administrator: make another one first
refused-agent-busy = the agent has just taken a conversation: try again
refused-too-many = too many requests: try again in { $seconds } s
refused-overloaded = too much is waiting to be written: try again shortly
refused-locked = the conversation is locked by another: try again shortly
refused-database = the database does not answer: try again shortly
refused-internal = the server made a mistake; it is logged
