package dev.meshclient.internal.balance;

import dev.meshclient.internal.endpoint.EndpointHealth;

/**
 * Decider: whether all endpoints of a backend are at limits that are not enforced. It looks at a few endpoints for each attempt, each time
 * from the next one on, so that an attempt costs no more with many endpoints: they are all at their limits if none in a row of as
 * many looks is below its limit. Tolerates races.
 */
final class ShadowLook {
    private static final int LOOKS = 32;

    private volatile int next;
    private volatile int atLimit; // in a row

    boolean isFull(Plan plan, EndpointLimitSettings limits) {
        int all = plan.usable();
        int position = next;
        int row = Math.min(atLimit, all - 1);
        for (int i = Math.min(LOOKS, all); i > 0; i--) {
            position = position < all ? position : 0;
            EndpointHealth endpoint = plan.endpoint(position).state();
            if (endpoint.inFlight() < limits.of(endpoint)) {
                row = 0;
                break; // the next attempt looks at the same one first
            }
            row++;
            position++;
        }
        next = position;
        atLimit = row;
        return row >= all;
    }
}
