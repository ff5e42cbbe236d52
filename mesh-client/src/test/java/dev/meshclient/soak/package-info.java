/** Everything at once on real sockets, for as long as it is asked for. */
@NullMarked
package dev.meshclient.soak;

import org.jspecify.annotations.NullMarked;
