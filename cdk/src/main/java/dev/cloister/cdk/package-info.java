/**
 * The cloud side: constructs for other people's apps, and stacks that are deployed as they are. Depends on the CDK alone
 * and on no other module, so that it can be taken out of here.
 */
@NullMarked
package dev.cloister.cdk;

import org.jspecify.annotations.NullMarked;
