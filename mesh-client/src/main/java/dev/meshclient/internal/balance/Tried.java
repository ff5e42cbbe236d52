package dev.meshclient.internal.balance;

import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.endpoint.Endpoint;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The endpoints of the earlier attempts of a call. */
record Tried(Attempt attempt) {
    boolean has(Endpoint endpoint) {
        for (Attempt earlier = attempt.previous(); earlier != null; earlier = earlier.previous()) {
            Endpoint tried = earlier.endpoint();
            if (tried != null && tried.state() == endpoint.state()) {
                return true;
            }
        }
        return false;
    }

    /** The first endpoint from a random position on that the call has not tried; null if all have been tried. */
    @Nullable
    Endpoint untriedOf(Members members, RandomGenerator random) {
        int n = members.size();
        int start = random.nextInt(n);
        for (int i = 0; i < n; i++) {
            Endpoint candidate = members.get((start + i) % n);
            if (!has(candidate)) {
                return candidate;
            }
        }
        return null;
    }

    /** Their names, without repetition, in the order of the attempts. */
    @Override
    public String toString() {
        Deque<String> names = new ArrayDeque<>();
        for (Attempt earlier = attempt.previous(); earlier != null; earlier = earlier.previous()) {
            String name = earlier.endpointName();
            if (!name.isEmpty() && !names.contains(name)) {
                names.addFirst(name);
            }
        }
        return String.join(", ", names);
    }
}
