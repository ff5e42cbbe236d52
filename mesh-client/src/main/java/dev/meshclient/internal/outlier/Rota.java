package dev.meshclient.internal.outlier;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Who judges the endpoints of a service: one duty for each of its backends, which share endpoints. For the thread of a policy. */
public final class Rota {
    private final Map<String, Duty> duties = new HashMap<>();

    /** The duty of a backend under the next policy. */
    public Duty next(String backend) {
        return duties.compute(backend, (same, before) -> before == null ? new Duty() : before.next());
    }

    /**
     * The next policy is in force and has these backends. Who judges for another is relieved, and endpoints come back that are
     * out and nobody judges any more.
     */
    public void inForce(Set<String> backends) {
        duties.forEach((backend, duty) -> {
            if (!backends.contains(backend)) {
                duty.relieve();
            }
        });
        duties.keySet().retainAll(backends);
        List<Ejections> ejecting = new ArrayList<>();
        List<Ejections> idle = new ArrayList<>();
        duties.values().forEach(duty -> duty.addTo(ejecting, idle));
        idle.forEach(bench -> bench.bringBackAllBut(ejecting));
    }
}
