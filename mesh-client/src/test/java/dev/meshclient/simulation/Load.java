package dev.meshclient.simulation;

/** What an endpoint of the matrix reports of itself, as ORCA has it: requests and errors a second, and how much of it is in use. */
final class Load {
    private static final double SECOND = 1e9;

    private double requests; // a second, a mean that forgets within some two seconds
    private double errors;
    private long last;

    /**
     * Counts a request and reports.
     *
     * @param utilization 1: all of it
     */
    String report(long now, boolean failed, double utilization) {
        double kept = StrictMath.exp((last - now) / SECOND);
        last = now;
        requests = requests * kept + 1;
        errors = errors * kept + (failed ? 1 : 0);
        return "TEXT cpu_utilization=" + hundredths(Math.min(1, utilization)) + ",rps_fractional="
                + hundredths(requests) + ",eps=" + hundredths(errors);
    }

    /** Rounded up: nothing that is in use is none. */
    private static String hundredths(double value) {
        long hundredths = (long) StrictMath.ceil(100 * value);
        return hundredths / 100 + "." + hundredths / 10 % 10 + hundredths % 10;
    }
}
