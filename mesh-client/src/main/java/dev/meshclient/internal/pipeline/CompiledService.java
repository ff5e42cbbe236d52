package dev.meshclient.internal.pipeline;

import dev.meshclient.internal.call.CallLayer;
import dev.meshclient.internal.call.Revision;
import dev.meshclient.internal.call.Target;
import java.util.List;

/**
 * The layers of a service. The next policy reuses them if it states the same for the service and its backends.
 *
 * @param revision the document that stated it last
 * @param hosts the hosts that it lists
 * @param backends the backends of its rules
 * @param targets the targets of its calls
 */
record CompiledService(
        Revision revision,
        List<HostPattern> hosts,
        CallLayer layers,
        List<CompiledBackend> backends,
        List<Target> targets) {}
