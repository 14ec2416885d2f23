//! Who is told when nobody answers on a desktop, and in which chat: the specialist's and the clients'.

mod alerts;
#[path = "../house/bot.rs"]
mod bot;
mod chats;
mod clients;
#[path = "../house/mod.rs"]
mod house;
mod practice;
mod requests;
