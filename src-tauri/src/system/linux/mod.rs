pub mod bus;
pub mod display;
pub mod keyring;
pub mod opener;
pub mod panel;
pub mod tray_host;
pub mod web_view;
