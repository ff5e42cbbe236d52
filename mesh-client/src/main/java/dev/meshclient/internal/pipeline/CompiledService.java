package dev.meshclient.internal.pipeline;

import dev.meshclient.internal.call.CallLayer;
import dev.meshclient.internal.call.Revision;
import java.util.List;

/**
 * The layers of a service. The next policy reuses them if it states the same for the service and its backends.
 *
 * @param revision the document that stated it last
 * @param hosts the hosts that it lists
 * @param backends the backends of its rules
 */
record CompiledService(
        Revision revision, List<Hosts.Pattern> hosts, CallLayer layers, List<CompiledBackend> backends) {}
