// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Tells the service manager that started this process what became of it, as
/// systemd's `Type=notify` expects: "READY=1", "STOPPING=1". Does nothing when
/// nobody asked (no NOTIFY_SOCKET), and never blocks: who does not listen
/// misses it.
void tell_service_manager(const char* state);
