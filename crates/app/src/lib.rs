pub mod command;
pub mod desktop;
pub mod view;
