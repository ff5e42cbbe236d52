package dev.meshclient.simulation;

/** What a chart of the matrix shows for each span of time. */
enum Measure {
    MARKED("% of the attempts", false),
    LOST("% of the calls", false),
    SERVED("calls a second", false),
    ATTEMPTS("for a call", false),
    DEEP("for a call", false),
    P95("ms", true),
    SAME_ZONE("% of the attempts", false);

    private final String unit;
    private final boolean logarithmic;

    Measure(String unit, boolean logarithmic) {
        this.unit = unit;
        this.logarithmic = logarithmic;
    }

    String unit() {
        return unit;
    }

    boolean isLogarithmic() {
        return logarithmic;
    }
}
