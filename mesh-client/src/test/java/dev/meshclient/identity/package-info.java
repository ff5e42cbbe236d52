/** Who a workload is, whatever its files look like. */
@NullMarked
package dev.meshclient.identity;

import org.jspecify.annotations.NullMarked;
