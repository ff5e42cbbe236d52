/** The identity of this workload and the authorities it trusts: certificates, keys, trust bundles. */
@NullMarked
package dev.meshclient.identity;

import org.jspecify.annotations.NullMarked;
