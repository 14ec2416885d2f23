pub mod bus;
pub mod display;
pub mod panel;
pub mod tray_host;
pub mod web_view;
