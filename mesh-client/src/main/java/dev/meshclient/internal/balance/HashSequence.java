package dev.meshclient.internal.balance;

import java.util.random.RandomGenerator;

/** The sequence of numbers of a hash: the same each time. */
final class HashSequence implements RandomGenerator {
    private long at;

    HashSequence(long hash) {
        this.at = hash;
    }

    @Override
    public long nextLong() {
        at = HashTable.next(at);
        return at;
    }
}
