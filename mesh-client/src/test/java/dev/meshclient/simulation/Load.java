package dev.meshclient.simulation;

/** What an endpoint of the matrix reports of itself, as ORCA has it: requests and errors a second, and how much of it is in use. */
final class Load {
    private static final double SECOND = 1e9;

    private double requests; // a second, a mean that forgets within a few seconds
    private double errors;
    private double utilization; // the same mean
    private long last;

    /**
     * Counts a request and reports.
     *
     * @param used since the last request; 1: all of it
     */
    String report(long now, boolean failed, double used) {
        double kept = StrictMath.exp((last - now) / SECOND);
        last = now;
        requests = requests * kept + 1;
        errors = errors * kept + (failed ? 1 : 0);
        utilization = utilization * kept + Math.min(1, used) * (1 - kept);
        return "TEXT cpu_utilization=" + thousandths(utilization) + ",rps_fractional=" + thousandths(requests) + ",eps="
                + thousandths(errors);
    }

    /** Cut off. */
    private static String thousandths(double value) {
        long thousandths = (long) (1000 * value);
        return thousandths / 1000 + "." + String.valueOf(1000 + thousandths % 1000).substring(1);
    }
}
