package dev.meshclient.benchmarks;

import java.util.Locale;

/** A figure counts one of these. */
enum Quantity {
    ADDED_BYTES("bytes added to a call", "%+,.0f B"),
    PROCESS_CPU("CPU of the process, against plain", "%.3f ×"),
    THREAD_CPU("CPU of the thread, against `callTimeout(1s)`", "%.3f ×"),
    THREAD_CPU_AGAINST_DEFAULTS("CPU of the thread, against plain", "%.3f ×"),
    SWITCHES("voluntary context switches a call", "%.2f"),
    SWITCHES_OF_OTHERS("of these, by other threads than the caller's", "%.2f"),
    BYTES("bytes allocated", "%,.0f B"),
    MEGABYTES("memory allocated", "%.2f MB"),
    NANOS("time", "%,.0f ns"),
    MILLIS("CPU of the thread", "%.3f ms"),
    TIMES_AS_LONG("time, against 10 endpoints", "%.2f ×"),
    KEPT_BYTES("heap kept for an endpoint", "%,.0f B"),
    ADDED_MILLIS("time added", "%+.1f ms"),
    ADDED_CPU_MILLIS("CPU of the process added", "%+.1f ms"),
    ADDED_MEGABYTES("heap and metaspace kept in addition", "%+.2f MB"),
    ADDED_CLASSES("classes loaded in addition", "%+,.0f"),
    ADDED_THREADS("threads added", "%+,.0f"),
    ADDED_SOCKETS("sockets added", "%+,.0f"),
    ADDED_HEAP("heap added", "%+.1f MB"),
    ADDED_STACKS("memory of stacks added", "%+.1f MB"),
    ANSWERED_MILLIS("until all are answered", "%,.0f ms"),
    KEPT_IN_FLIGHT("heap kept for a call in flight", "%,.0f B"),
    PINNED("times that a thread was pinned", "%,.0f");

    private final String text;
    private final String format;

    Quantity(String text, String format) {
        this.text = text;
        this.format = format;
    }

    String text() {
        return text;
    }

    /** With the unit. */
    String format(double value) {
        return String.format(Locale.ROOT, format, value == 0 ? 0.0 : value).replace('-', '−');
    }
}
