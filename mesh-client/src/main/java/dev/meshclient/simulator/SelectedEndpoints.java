package dev.meshclient.simulator;

import dev.meshclient.simulator.Scenario.Selection;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Tells whether a selection has an endpoint; endpoints of a later document belong to it by service and zone. */
final class SelectedEndpoints {
    private final Selection selection;
    private final @Nullable Set<String> names;

    SelectedEndpoints(Selection selection, ListedEndpoints listed) {
        this.selection = selection;
        this.names = selection.names().isEmpty() && selection.count() == 0
                ? null
                : new TreeSet<>(listed.selected(selection));
    }

    boolean has(String service, String name, String zone) {
        return (selection.service().isEmpty() || selection.service().equals(service))
                && (selection.zone().isEmpty() || selection.zone().equals(zone))
                && (names == null || names.contains(name));
    }
}
