package dev.meshclient.internal.balance;

/**
 * Decider: what percentages that policy states come to while some of it is not usable. Envoy's locality weights, in whole numbers:
 * a part keeps its share while 1.4 times what is usable of it covers what is listed.
 */
final class StatedShares {
    private StatedShares() {}

    /** One part, with the weight of what is listed of it and of what is usable. */
    record Part(int percent, long listed, long usable) {}

    /** They add up to 1, if anything is usable. */
    static double[] of(Part... parts) {
        double[] shares = new double[parts.length];
        double sum = 0;
        for (int i = 0; i < parts.length; i++) {
            shares[i] = (double) parts[i].percent * PriorityLoad.health(parts[i].usable, parts[i].listed);
            sum += shares[i];
        }
        if (sum == 0) { // so little of each that it rounds to nothing
            for (int i = 0; i < parts.length; i++) {
                shares[i] = parts[i].usable > 0 ? parts[i].percent : 0;
                sum += shares[i];
            }
        }
        for (int i = 0; i < parts.length && sum > 0; i++) {
            shares[i] /= sum;
        }
        return shares;
    }
}
