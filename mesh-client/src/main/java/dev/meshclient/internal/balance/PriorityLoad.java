package dev.meshclient.internal.balance;

/**
 * Decider: how many of a hundred calls each priority takes. Envoy's arithmetic, in whole numbers: a priority keeps its calls
 * while 1.4 times what is usable covers what is known; below that only the missing share goes to the next.
 */
final class PriorityLoad {
    private static final int OVERPROVISIONING = 140;

    private PriorityLoad() {}

    /**
     * How much of its calls a priority could bear, of 100.
     *
     * @param usable weight of what is usable
     * @param known weight of all that is listed
     */
    static int health(long usable, long known) {
        return known == 0 ? 0 : (int) Math.min(100, OVERPROVISIONING * usable / known);
    }

    /** What all priorities could bear together, of 100; below it health is no longer the only thing that counts. */
    static int available(int[] health) {
        int sum = 0;
        for (int h : health) {
            sum += h;
        }
        return Math.min(100, sum);
    }

    /**
     * The calls of each priority, of 100; what rounding leaves goes to the first that has any health. All zero if none has.
     *
     * @param health as {@link #health} says, in order of preference
     */
    static int[] spill(int[] health) {
        int available = available(health);
        int[] load = new int[health.length];
        if (available == 0) {
            return load;
        }
        int left = 100;
        for (int i = 0; i < health.length; i++) {
            load[i] = Math.min(left, health[i] * 100 / available);
            left -= load[i];
        }
        for (int i = 0; left > 0 && i < health.length; i++) {
            if (health[i] > 0) {
                load[i] += left;
                left = 0;
            }
        }
        return load;
    }

    /** Consul's way: the first priority that has anybody takes everything. */
    static int[] strict(int[] health) {
        int[] load = new int[health.length];
        for (int i = 0; i < health.length; i++) {
            if (health[i] > 0) {
                load[i] = 100;
                return load;
            }
        }
        return load;
    }
}
