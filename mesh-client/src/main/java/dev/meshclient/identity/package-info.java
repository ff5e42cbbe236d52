/** Who this workload is, and whose word it takes for who others are: certificates, keys, trust bundles. */
@NullMarked
package dev.meshclient.identity;

import org.jspecify.annotations.NullMarked;
