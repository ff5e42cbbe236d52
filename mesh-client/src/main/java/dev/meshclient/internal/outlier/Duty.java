package dev.meshclient.internal.outlier;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Who judges the endpoints of a backend: the policy in force, also by what attempts of earlier ones come to. And when all were
 * last compared, by whichever rule. One for each backend and policy; the post that they hold outlives the policy.
 */
public final class Duty {
    private final Post post;
    private final long turn;

    Duty() {
        this(new Post(), 0);
    }

    private Duty(Post post, long turn) {
        this.post = post;
        this.turn = turn;
    }

    /** Of the next policy. */
    Duty next() {
        return new Duty(post, turn + 1);
    }

    /** A later policy's is never relieved by one that an earlier policy's attempts need for new addresses. */
    void takenOver(Ejections next, long now) {
        post.takenOver(next, turn, now);
    }

    /** No policy has the backend any more: what its last attempts come to takes nobody out. */
    void relieve() {
        post.relieve();
    }

    /** Who is on duty, if anybody is: to those who eject, or to those who do not. */
    void addTo(List<Ejections> ejecting, List<Ejections> idle) {
        Ejections now = post.bench;
        if (now != null) {
            (now.ejects() ? ejecting : idle).add(now);
        }
    }

    /** Of the policy in force. */
    Ejections bench() {
        Ejections now = post.bench;
        if (now == null) {
            throw new IllegalStateException("nobody is on duty");
        }
        return now;
    }

    /** Whether an interval is over; said once for each. */
    boolean isDue(long now, long intervalNanos) {
        long last = post.lookedAt.get();
        return now - last >= intervalNanos && post.lookedAt.compareAndSet(last, now);
    }

    private static final class Post {
        private final AtomicLong lookedAt = new AtomicLong(-1);
        private volatile @Nullable Ejections bench;
        private long turn;

        private synchronized void takenOver(Ejections next, long nextTurn, long now) {
            if (nextTurn >= turn) {
                turn = nextTurn;
                bench = next;
                lookedAt.compareAndSet(-1, now);
            }
        }

        private synchronized void relieve() {
            turn = Long.MAX_VALUE;
            Ejections last = bench;
            bench = last == null ? null : last.idle();
        }
    }
}
