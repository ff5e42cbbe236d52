package dev.meshclient.internal.balance;

/**
 * Decider: how many of a hundred calls each priority gets. Envoy's arithmetic, in whole numbers: a priority keeps its calls
 * while 1.4 times its usable weight covers its known weight; below that only the missing share moves to the next priority.
 */
final class PriorityLoad {
    private static final int OVERPROVISIONING = 140;

    private PriorityLoad() {}

    /**
     * The percentage of its calls that a priority can take, 0 to 100.
     *
     * @param usable weight of the usable endpoints
     * @param known weight of all listed endpoints
     */
    static int health(long usable, long known) {
        return known == 0 ? 0 : (int) Math.min(100, OVERPROVISIONING * usable / known);
    }

    /** The arithmetic of {@link #health}, for people. */
    static String inWords(long usable, long known) {
        int health = health(usable, known);
        return "1.4 x " + usable + " / " + known
                + (health == 100 ? " covers all of its calls" : " covers " + health + " % of its calls");
    }

    /** The percentage that all priorities can take together, 0 to 100; below 100 health is no longer the only criterion. */
    static int available(int[] health) {
        int sum = 0;
        for (int h : health) {
            sum += h;
        }
        return Math.min(100, sum);
    }

    /**
     * The calls of each priority, of 100; the remainder of rounding is added to the first priority with any health. All zero if
     * none has any.
     *
     * @param health the results of {@link #health}, in order of preference
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

    /**
     * The calls of each priority, of 100, if each has too few usable endpoints: in proportion to the endpoints that may be
     * called; the remainder of rounding is added to the first priority with any. All zero if none has any.
     */
    static int[] inTotalPanic(int[] callable) {
        long all = 0;
        for (int c : callable) {
            all += c;
        }
        int[] load = new int[callable.length];
        int left = 100;
        for (int i = 0; all > 0 && i < callable.length; i++) {
            load[i] = (int) (100L * callable[i] / all);
            left -= load[i];
        }
        for (int i = 0; all > 0 && left > 0 && i < callable.length; i++) {
            if (callable[i] > 0) {
                load[i] += left;
                left = 0;
            }
        }
        return load;
    }

    /** Consul's rule: the first priority with a usable endpoint gets all calls, however many others it has. */
    static int[] strict(int[] usable) {
        int[] load = new int[usable.length];
        for (int i = 0; i < usable.length; i++) {
            if (usable[i] > 0) {
                load[i] = 100;
                return load;
            }
        }
        return load;
    }
}
