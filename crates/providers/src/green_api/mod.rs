//! GREEN-API: WhatsApp, and MAX by the same interface.
