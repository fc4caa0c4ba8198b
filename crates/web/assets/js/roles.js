/** What an agent's conversation has beyond the customer's; their page puts it here before the conversation comes alive. */
export const agents = { Desk: null };
