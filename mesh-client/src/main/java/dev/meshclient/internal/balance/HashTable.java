package dev.meshclient.internal.balance;

import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.policy.ConsistentHash;
import java.util.List;

/** Decider: the owner of each hash among the endpoints of a pool, in proportion to their weights. Immutable. */
interface HashTable {
    /** The position of the endpoint in the pool. Allocates nothing. */
    int owner(long hash);

    /** The table that the policy states. */
    static HashTable of(ConsistentHash hash, List<Endpoint> endpoints) {
        ConsistentHash.Maglev maglev = hash.maglev();
        ConsistentHash.RingHash ring = hash.ringHash();
        return maglev != null
                ? MaglevTable.of(endpoints, maglev.sizeOrDefault())
                : HashRing.of(endpoints, (ring == null ? ConsistentHash.RingHash.DEFAULT : ring).sizeOrDefault());
    }

    /** The next number of a fixed sequence that begins with a hash: where to look if the owner of a hash cannot be called. */
    static long next(long hash) {
        return mix(hash + 0x9E37_79B9_7F4A_7C15L);
    }

    /** A number from 0 (inclusive) to 1 (exclusive) that depends on the hash and the purpose alone. */
    static double unit(long hash, int purpose) {
        return (mix(hash ^ mix(purpose)) >>> 11) * 0x1.0p-53;
    }

    /** SplitMix64's finaliser. */
    static long mix(long z) {
        long a = (z ^ (z >>> 30)) * 0xBF58_476D_1CE4_E5B9L;
        long b = (a ^ (a >>> 27)) * 0x94D0_49BB_1331_11EBL;
        return b ^ (b >>> 31);
    }
}
