package dev.meshclient.internal.balance;

import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.endpoint.Endpoint;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Decider: the endpoint of an attempt whose drawn endpoint is at its limit. It draws a few more times in the same group, then looks
 * at each endpoint of the group from a random one on, then at the other groups and priorities: so a zone whose endpoints are all
 * at their limits spills. A hash and a key have a sequence of their own, so that they find the same endpoint each time. Allocates
 * nothing for each endpoint.
 */
final class FreeEndpoint {
    private static final int DRAWS = 4;

    private final Planner planner;
    private final EndpointLimits limits;
    private final Attempt attempt;
    private final Tried tried;
    private final @Nullable String key;
    private final RandomGenerator random;
    private final long now;
    private boolean strict = true;
    private boolean skipped;

    private FreeEndpoint(Planner planner, Attempt attempt, RandomGenerator random, Picked picked) {
        this.planner = planner;
        this.limits = planner.limits();
        this.attempt = attempt;
        this.tried = new Tried(attempt);
        this.key = picked.has(Picked.Step.KEY) ? attempt.call().options().hashKey() : null;
        this.random = random;
        this.now = attempt.now();
    }

    /**
     * Counts the attempt at an endpoint below its limit, at one that the call has not tried and that does not fail if there is one.
     *
     * @param random a {@link HashSequence} if the attempt has a hash
     * @return null: all are at their limits
     */
    static @Nullable Endpoint begin(
            List<Level> levels,
            Endpoint full,
            Planner planner,
            Attempt attempt,
            RandomGenerator random,
            Picked picked) {
        FreeEndpoint search = new FreeEndpoint(planner, attempt, random, picked);
        picked.did(Picked.Step.OTHER_AT_LIMIT);
        Endpoint found = search.of(levels, full, picked);
        if (found == null && search.skipped) {
            search.strict = false;
            found = search.of(levels, full, picked);
        }
        return found;
    }

    private @Nullable Endpoint of(List<Level> levels, Endpoint full, Picked picked) {
        int drawn = picked.level();
        Endpoint found = of(levels.get(drawn), full, picked);
        for (int i = 0; found == null && i < levels.size(); i++) {
            if (i != drawn) {
                found = of(levels.get(i), null, picked);
                if (found != null) {
                    picked.level(i);
                }
            }
        }
        return found;
    }

    private @Nullable Endpoint of(Level level, @Nullable Endpoint full, Picked picked) {
        List<Level.Group> groups = level.groups();
        int own = full == null ? -1 : ofEndpoint(groups, full);
        if (own >= 0) {
            Endpoint found = drawn(groups.get(own));
            if (found != null) {
                return found;
            }
            picked.did(Picked.Step.AT_RANDOM);
            found = scanned(groups.get(own).members());
            if (found != null) {
                return found;
            }
        }
        picked.did(Picked.Step.AT_RANDOM);
        picked.did(Picked.Step.ELSEWHERE);
        int start = groupOf(groups, random.nextInt(level.usable()));
        Endpoint found = null;
        for (int i = 0; found == null && i < groups.size(); i++) {
            int group = (start + i) % groups.size();
            found = group == own ? null : elsewhere(groups.get(group));
        }
        return found;
    }

    private static int ofEndpoint(List<Level.Group> groups, Endpoint endpoint) {
        for (int i = 0; i < groups.size(); i++) {
            if (groups.size() == 1 || groups.get(i).zone().has(endpoint)) {
                return i;
            }
        }
        return -1;
    }

    /** The group of the endpoint with this number, so that a larger group takes more of what spills. */
    private static int groupOf(List<Level.Group> groups, int number) {
        int left = number;
        int group = 0;
        while (left >= groups.get(group).usable()) {
            left -= groups.get(group).usable();
            group++;
        }
        return group;
    }

    private @Nullable Endpoint drawn(Level.Group group) {
        HashedMembers hashed = group.hashed();
        int draws = hashed == null ? DRAWS : HashedMembers.LOOKS;
        for (int i = 0; i < draws; i++) {
            Endpoint endpoint = hashed != null
                    ? hashed.owner(random.nextLong())
                    : key != null
                            ? Rendezvous.pick(group.members(), key, limits)
                            : group.picker().pick(random, now);
            if (endpoint != null && begins(endpoint)) {
                return endpoint;
            }
        }
        return null;
    }

    private @Nullable Endpoint elsewhere(Level.Group group) {
        Endpoint found = group.hashed() == null && key == null ? null : drawn(group);
        return found == null ? scanned(group.members()) : found;
    }

    private @Nullable Endpoint scanned(Members members) {
        int n = members.size();
        int start = random.nextInt(n);
        for (int i = 0; i < n; i++) {
            Endpoint endpoint = members.get((start + i) % n);
            if (begins(endpoint)) {
                return endpoint;
            }
        }
        return null;
    }

    private boolean begins(Endpoint endpoint) {
        if (strict && (Level.isEjectionAborted(endpoint) || tried.has(endpoint))) {
            skipped = true;
            return false;
        }
        return limits.begin(endpoint.state(), attempt, planner);
    }
}
