package dev.meshclient.internal.balance;

/**
 * Decider: adjusts percentages that the policy states when some endpoints are not usable. Envoy's locality weights, in whole
 * numbers: a part keeps its share while 1.4 times its usable weight covers its listed weight.
 */
final class StatedShares {
    private StatedShares() {}

    /** One part, with the weight of its listed and of its usable endpoints. */
    record Part(int percent, long listed, long usable) {}

    /** The shares, which add up to 1 if any endpoint is usable. */
    static double[] of(Part... parts) {
        double[] shares = new double[parts.length];
        double sum = 0;
        for (int i = 0; i < parts.length; i++) {
            shares[i] = (double) parts[i].percent * PriorityLoad.health(parts[i].usable, parts[i].listed);
            sum += shares[i];
        }
        if (sum == 0) { // each share so small that it rounds to 0
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
