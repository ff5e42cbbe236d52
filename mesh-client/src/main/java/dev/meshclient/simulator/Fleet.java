package dev.meshclient.simulator;

import dev.meshclient.simulator.Scenario.Fault;
import dev.meshclient.simulator.Scenario.Group;
import dev.meshclient.simulator.Scenario.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The endpoints that all callers share. */
final class Fleet {
    private final List<Group> groups = new ArrayList<>();
    private final List<SelectedEndpoints> ofGroups = new ArrayList<>();
    private final List<Fault> faults = new ArrayList<>();
    private final List<SelectedEndpoints> ofFaults = new ArrayList<>();
    private final ListedEndpoints listed;
    private final Map<String, Peer> peers = new HashMap<>(); // looked up, never walked through

    Fleet(Scenario scenario, ListedEndpoints listed) {
        this.listed = listed;
        for (Group group : scenario.fleet()) {
            groups.add(group);
            ofGroups.add(new SelectedEndpoints(group.selection(), listed));
        }
        for (Fault fault : scenario.faults()) {
            if (fault.kind() != Kind.publish) {
                faults.add(fault);
                ofFaults.add(new SelectedEndpoints(fault.selection(), listed));
            }
        }
    }

    /** @param name {@code address:port} as in the document; empty: the service lists no endpoints */
    Peer peer(String service, String name, String zone) {
        String key = service + ' ' + name;
        Peer known = peers.get(key);
        if (known == null) {
            known = new Peer(group(service, name, zone), faults(service, name, zone));
            peers.put(key, known);
        }
        return known;
    }

    /** The first that has the endpoint counts. */
    private @Nullable Group group(String service, String name, String zone) {
        for (int i = 0; i < groups.size(); i++) {
            if (ofGroups.get(i).has(service, name, zone)) {
                return groups.get(i);
            }
        }
        return null;
    }

    private List<Peer.FaultOfPeer> faults(String service, String name, String zone) {
        List<Peer.FaultOfPeer> own = new ArrayList<>();
        for (int i = 0; i < faults.size(); i++) {
            Fault fault = faults.get(i);
            if (ofFaults.get(i).has(service, name, zone)) {
                int place = fault.kind() == Kind.restart
                        ? listed.selected(fault.selection()).indexOf(name)
                        : 0;
                own.add(new Peer.FaultOfPeer(fault, place));
            }
        }
        return own;
    }

    /** Whether a zone is lost: its callers make no calls either. */
    boolean isLost(String zone, long now) {
        for (Fault fault : faults) {
            if (fault.kind() == Kind.zoneLoss && fault.selection().zone().equals(zone) && fault.isActive(now)) {
                return true;
            }
        }
        return false;
    }
}
