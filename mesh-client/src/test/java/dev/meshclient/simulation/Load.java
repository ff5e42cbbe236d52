package dev.meshclient.simulation;

/** What an endpoint of the matrix reports of itself, as ORCA has it: requests and errors a second, and how much of it is in use. */
final class Load {
    private static final double SECOND = 1e9;

    private double requests; // a second, a mean that forgets within a few seconds
    private double errors;
    private double work; // seconds of work that come in a second
    private long last;

    /**
     * Counts a request and reports.
     *
     * @param nanos that the request takes
     * @param capacity in requests at once
     */
    String report(long now, boolean failed, long nanos, int capacity) {
        double kept = StrictMath.exp((last - now) / SECOND);
        last = now;
        requests = requests * kept + 1;
        errors = errors * kept + (failed ? 1 : 0);
        work = work * kept + nanos / SECOND;
        return "TEXT cpu_utilization=" + thousandths(Math.min(1, work / capacity)) + ",rps_fractional="
                + thousandths(requests) + ",eps=" + thousandths(errors);
    }

    /** Rounded up: what is in use is not free. */
    private static String thousandths(double value) {
        long thousandths = (long) StrictMath.ceil(1000 * value);
        return thousandths / 1000 + "."
                + String.valueOf(1000 + thousandths % 1000).substring(1);
    }
}
