"""Every address of the site, as the page of rights reads them too."""

from backoffice.rights.addresses import Address, all_addresses

__all__ = ["Address", "all_addresses"]
